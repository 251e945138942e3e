// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {ERC721PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/extensions/ERC721PausableUpgradeable.sol";
import {ERC2981Upgradeable} from "@openzeppelin/contracts-upgradeable/token/common/ERC2981Upgradeable.sol";
import {Features, TokenControl} from "./TokenControl.sol";

struct ERC721Init {
    string name;
    string symbol;
    string baseURI;
    string contractURI;
    Features features;
    uint256 cap; // 0 = none
    address admin; // the caller of initialize is the factory, so who owns is told
    address royaltyReceiver;
    uint96 royaltyBps;
}

/// @title Non-fungible tokens: mint with an id and a URI of its own, burn, pause, cap, royalties (ERC-2981)
abstract contract CloneERC721Base is ERC721PausableUpgradeable, ERC2981Upgradeable, TokenControl, IERC4906 {
    error CapExceeded(uint256 cap);
    error LengthMismatch();

    uint256 public cap;
    uint256 public totalSupply;
    string public baseURI;

    /// @dev Not OpenZeppelin's ERC721URIStorage: that one puts the base URI in front of a whole URI
    mapping(uint256 id => string) private _uris;

    constructor() {
        _disableInitializers();
    }

    function initialize(ERC721Init calldata init) external initializer {
        __ERC721_init(init.name, init.symbol);
        __TokenControl_init(init.admin, init.features, init.contractURI);
        baseURI = init.baseURI;
        cap = init.cap == 0 ? type(uint256).max : init.cap;
        if (init.royaltyReceiver != address(0)) _setDefaultRoyalty(init.royaltyReceiver, init.royaltyBps);
    }

    function mint(address to, uint256 id, string calldata uri) external onlyRole(MINTER_ROLE) {
        _mintOne(to, id, uri);
    }

    function mintBatch(
        address[] calldata to,
        uint256[] calldata ids,
        string[] calldata uris
    ) external onlyRole(MINTER_ROLE) {
        require(to.length == ids.length && to.length == uris.length, LengthMismatch());
        for (uint256 i = 0; i < to.length; ++i) _mintOne(to[i], ids[i], uris[i]);
    }

    function burn(uint256 id) external {
        _requireBurnable();
        _beforeBurn(id);
        _burn(id);
        delete _uris[id];
        _resetTokenRoyalty(id);
    }

    function setTokenURI(uint256 id, string calldata uri) external onlyRole(MINTER_ROLE) {
        _requireOwned(id);
        _uris[id] = uri;
        emit MetadataUpdate(id);
    }

    function setBaseURI(string calldata uri) external onlyRole(DEFAULT_ADMIN_ROLE) {
        baseURI = uri;
        emit BatchMetadataUpdate(0, type(uint256).max);
    }

    /// @notice Zero receiver and zero share take the royalty away
    function setDefaultRoyalty(address receiver, uint96 bps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (receiver == address(0) && bps == 0) _deleteDefaultRoyalty();
        else _setDefaultRoyalty(receiver, bps);
    }

    function setTokenRoyalty(uint256 id, address receiver, uint96 bps) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _requireOwned(id);
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

    function tokenURI(uint256 id) public view override returns (string memory) {
        _requireOwned(id);
        return bytes(_uris[id]).length != 0 ? _uris[id] : super.tokenURI(id);
    }

    function supportsInterface(
        bytes4 id
    )
        public
        view
        virtual
        override(ERC721Upgradeable, ERC2981Upgradeable, AccessControlUpgradeable, IERC165)
        returns (bool)
    {
        // 0x49064906: ERC-4906, which has events only
        return id == 0x49064906 || super.supportsInterface(id);
    }

    /// @dev Who may burn
    function _beforeBurn(uint256 id) internal view virtual {
        _checkAuthorized(_requireOwned(id), _msgSender(), id);
    }

    function _mintOne(address to, uint256 id, string calldata uri) private {
        _requireMintable();
        require(totalSupply < cap, CapExceeded(cap));
        // The URI goes first: the receiver's hook must see a whole token.
        if (bytes(uri).length != 0) _uris[id] = uri;
        _safeMint(to, id);
    }

    function _baseURI() internal view override returns (string memory) {
        return baseURI;
    }

    function _update(address to, uint256 id, address auth) internal virtual override returns (address from) {
        from = super._update(to, id, auth);
        if (from == address(0)) totalSupply += 1;
        if (to == address(0)) totalSupply -= 1;
    }
}
