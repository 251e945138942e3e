// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {ERC20CappedUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20CappedUpgradeable.sol";
import {ERC20PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PausableUpgradeable.sol";
import {EIP3009Upgradeable} from "./EIP3009Upgradeable.sol";
import {Features, TokenControl} from "./TokenControl.sol";

struct ERC20Init {
    string name;
    string symbol;
    string contractURI;
    uint8 decimals;
    Features features;
    uint256 cap; // 0 = none
    address admin; // the caller of initialize is the factory, so who owns is told
    uint256 initialSupply; // goes to the admin
}

/// @title Fungible tokens: mint, burn, pause, cap, permit and EIP-3009
/// @notice EIP-712 domain: the name the token was made with, version "1"; no rename can change it.
abstract contract CloneERC20Base is
    ERC20CappedUpgradeable,
    ERC20PausableUpgradeable,
    EIP3009Upgradeable,
    TokenControl
{
    error LengthMismatch();

    uint8 private _decimals;

    constructor() {
        _disableInitializers();
    }

    function initialize(ERC20Init calldata init) external initializer {
        __ERC20_init(init.name, init.symbol);
        __ERC20Capped_init(init.cap == 0 ? type(uint256).max : init.cap);
        __ERC20Permit_init(init.name);
        __TokenControl_init(init.admin, init.features, init.contractURI);
        _decimals = init.decimals;
        if (init.initialSupply != 0) _mint(init.admin, init.initialSupply);
    }

    function mint(address to, uint256 value) external onlyRole(MINTER_ROLE) {
        _requireMintable();
        _mint(to, value);
    }

    function mintBatch(address[] calldata to, uint256[] calldata values) external onlyRole(MINTER_ROLE) {
        _requireMintable();
        require(to.length == values.length, LengthMismatch());
        for (uint256 i = 0; i < to.length; ++i) _mint(to[i], values[i]);
    }

    function transferBatch(address[] calldata to, uint256[] calldata values) external {
        require(to.length == values.length, LengthMismatch());
        for (uint256 i = 0; i < to.length; ++i) _transfer(_msgSender(), to[i], values[i]);
    }

    function burn(uint256 value) external {
        _requireBurnable();
        _burn(_msgSender(), value);
    }

    function burnFrom(address account, uint256 value) external {
        _requireBurnable();
        _spendAllowance(account, _msgSender(), value);
        _burn(account, value);
    }

    function pause() external onlyRole(PAUSER_ROLE) {
        _requirePausable();
        _pause();
    }

    function unpause() external onlyRole(PAUSER_ROLE) {
        _unpause();
    }

    function decimals() public view virtual override returns (uint8) {
        return _decimals;
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal virtual override(ERC20Upgradeable, ERC20CappedUpgradeable, ERC20PausableUpgradeable) {
        super._update(from, to, value);
    }
}
