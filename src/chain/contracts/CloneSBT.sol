// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {CloneERC721Base} from "./CloneERC721Base.sol";

/// @title Soulbound ERC-721 (ERC-5192): nobody can move a token; its holder or an issuer may burn it
contract CloneSBT is CloneERC721Base {
    error Soulbound();

    event Locked(uint256 tokenId);

    function locked(uint256 id) external view returns (bool) {
        _requireOwned(id);
        return true;
    }

    function approve(address, uint256) public pure override(ERC721Upgradeable, IERC721) {
        revert Soulbound();
    }

    function setApprovalForAll(address, bool) public pure override(ERC721Upgradeable, IERC721) {
        revert Soulbound();
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        // 0xb45a3c0e: ERC-5192
        return id == 0xb45a3c0e || super.supportsInterface(id);
    }

    function _beforeBurn(uint256 id) internal view override {
        if (_requireOwned(id) != _msgSender()) _checkRole(MINTER_ROLE);
    }

    function _update(address to, uint256 id, address auth) internal override returns (address from) {
        from = super._update(to, id, auth);
        require(from == address(0) || to == address(0), Soulbound());
        if (from == address(0)) emit Locked(id);
    }
}
