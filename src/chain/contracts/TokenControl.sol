// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";

/// @dev What a token can do, fixed for ever when it is made
struct Features {
    bool mintable;
    bool burnable;
    bool pausable;
}

/// @title Who may do what on a token
/// @notice Roles with a last admin that can't go, features that nobody can add later, and an ERC-173 owner.
/// Clones are never upgraded, so their storage needs no namespaces.
abstract contract TokenControl is AccessControlUpgradeable {
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    error FeatureDisabled(string feature);
    error LastAdmin();
    error NotOwner(address caller);
    error InvalidAdmin(address admin);

    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    event ContractURIUpdated();

    Features public features;
    address public owner;
    uint96 public adminCount;
    /// @notice ERC-7572
    string public contractURI;

    function __TokenControl_init(
        address admin,
        Features memory features_,
        string memory contractURI_
    ) internal onlyInitializing {
        require(admin != address(0), InvalidAdmin(admin));
        features = features_;
        contractURI = contractURI_;
        owner = admin;
        emit OwnershipTransferred(address(0), admin);
        _grantAll(admin);
    }

    /// @notice Hands the token over: every role of the owner goes with it
    function transferOwnership(address newOwner) external {
        address previous = owner;
        require(_msgSender() == previous, NotOwner(_msgSender()));
        require(newOwner != address(0) && newOwner != previous, InvalidAdmin(newOwner));
        owner = newOwner;
        emit OwnershipTransferred(previous, newOwner);
        _grantAll(newOwner);
        _revokeRole(MINTER_ROLE, previous);
        _revokeRole(PAUSER_ROLE, previous);
        _revokeRole(DEFAULT_ADMIN_ROLE, previous);
    }

    function setContractURI(string calldata uri) external onlyRole(DEFAULT_ADMIN_ROLE) {
        contractURI = uri;
        emit ContractURIUpdated();
    }

    function _grantAll(address account) private {
        _grantRole(DEFAULT_ADMIN_ROLE, account);
        if (features.mintable) _grantRole(MINTER_ROLE, account);
        if (features.pausable) _grantRole(PAUSER_ROLE, account);
    }

    function _requireMintable() internal view {
        require(features.mintable, FeatureDisabled("mintable"));
    }

    function _requireBurnable() internal view {
        require(features.burnable, FeatureDisabled("burnable"));
    }

    function _requirePausable() internal view {
        require(features.pausable, FeatureDisabled("pausable"));
    }

    function _grantRole(bytes32 role, address account) internal override returns (bool granted) {
        granted = super._grantRole(role, account);
        if (granted && role == DEFAULT_ADMIN_ROLE) adminCount += 1;
    }

    function _revokeRole(bytes32 role, address account) internal override returns (bool revoked) {
        revoked = super._revokeRole(role, account);
        if (!revoked || role != DEFAULT_ADMIN_ROLE) return revoked;
        require(adminCount > 1, LastAdmin());
        adminCount -= 1;
    }
}
