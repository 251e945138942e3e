// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {ERC1155Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC1155/ERC1155Upgradeable.sol";
import {ERC1155PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC1155/extensions/ERC1155PausableUpgradeable.sol";
import {ERC1155SupplyUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC1155/extensions/ERC1155SupplyUpgradeable.sol";
import {ERC2981Upgradeable} from "@openzeppelin/contracts-upgradeable/token/common/ERC2981Upgradeable.sol";
import {Features, TokenControl} from "./TokenControl.sol";

struct ERC1155Init {
    string name;
    string symbol;
    string baseURI;
    string contractURI;
    Features features;
    address admin; // the caller of initialize is the factory, so who owns is told
    address royaltyReceiver;
    uint96 royaltyBps;
}

/// @title ERC-1155: many kinds in one token; mint, burn, pause, supply by kind, a URI of its own by kind, royalties
contract CloneERC1155 is
    ERC1155SupplyUpgradeable,
    ERC1155PausableUpgradeable,
    ERC2981Upgradeable,
    TokenControl
{
    string public name;
    string public symbol;

    mapping(uint256 id => string) private _uris;

    constructor() {
        _disableInitializers();
    }

    function initialize(ERC1155Init calldata init) external initializer {
        __ERC1155_init(init.baseURI);
        __TokenControl_init(init.admin, init.features, init.contractURI);
        name = init.name;
        symbol = init.symbol;
        if (init.royaltyReceiver != address(0)) _setDefaultRoyalty(init.royaltyReceiver, init.royaltyBps);
    }

    function mint(address to, uint256 id, uint256 value, bytes calldata data) external onlyRole(MINTER_ROLE) {
        _requireMintable();
        _mint(to, id, value, data);
    }

    function mintBatch(
        address to,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data
    ) external onlyRole(MINTER_ROLE) {
        _requireMintable();
        _mintBatch(to, ids, values, data);
    }

    function burn(address account, uint256 id, uint256 value) external {
        _requireBurnable();
        _checkAuthorized(_msgSender(), account);
        _burn(account, id, value);
    }

    function burnBatch(address account, uint256[] calldata ids, uint256[] calldata values) external {
        _requireBurnable();
        _checkAuthorized(_msgSender(), account);
        _burnBatch(account, ids, values);
    }

    function setTokenURI(uint256 id, string calldata tokenUri) external onlyRole(MINTER_ROLE) {
        _uris[id] = tokenUri;
        emit URI(uri(id), id);
    }

    function setBaseURI(string calldata baseUri) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setURI(baseUri);
    }

    /// @notice Zero receiver and zero share take the royalty away
    function setDefaultRoyalty(address receiver, uint96 bps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (receiver == address(0) && bps == 0) _deleteDefaultRoyalty();
        else _setDefaultRoyalty(receiver, bps);
    }

    function setTokenRoyalty(uint256 id, address receiver, uint96 bps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (receiver == address(0) && bps == 0) _resetTokenRoyalty(id);
        else _setTokenRoyalty(id, receiver, bps);
    }

    function pause() external onlyRole(PAUSER_ROLE) {
        _requirePausable();
        _pause();
    }

    function unpause() external onlyRole(PAUSER_ROLE) {
        _unpause();
    }

    function uri(uint256 id) public view override returns (string memory) {
        return bytes(_uris[id]).length != 0 ? _uris[id] : super.uri(id);
    }

    function supportsInterface(
        bytes4 id
    ) public view override(ERC1155Upgradeable, ERC2981Upgradeable, AccessControlUpgradeable) returns (bool) {
        return super.supportsInterface(id);
    }

    function _update(
        address from,
        address to,
        uint256[] memory ids,
        uint256[] memory values
    ) internal override(ERC1155SupplyUpgradeable, ERC1155PausableUpgradeable) {
        super._update(from, to, ids, values);
    }
}
