// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {ERC1363Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC1363Upgradeable.sol";
import {CloneERC20Base} from "./CloneERC20Base.sol";

/// @title ERC-20 that calls its receiver (ERC-1363)
contract CloneERC1363 is CloneERC20Base, ERC1363Upgradeable {
    function decimals() public view override(ERC20Upgradeable, CloneERC20Base) returns (uint8) {
        return super.decimals();
    }

    function supportsInterface(
        bytes4 id
    ) public view override(AccessControlUpgradeable, ERC1363Upgradeable) returns (bool) {
        return super.supportsInterface(id);
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal override(ERC20Upgradeable, CloneERC20Base) {
        super._update(from, to, value);
    }
}
