// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {ERC20PermitUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";
import {ERC20VotesUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20VotesUpgradeable.sol";
import {NoncesUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/NoncesUpgradeable.sol";
import {CloneERC20Base} from "./CloneERC20Base.sol";

/// @title ERC-20 with votes (ERC-5805); its clock counts seconds, since blocks are no clock on layer 2
contract CloneERC20Votes is CloneERC20Base, ERC20VotesUpgradeable {
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function decimals() public view override(ERC20Upgradeable, CloneERC20Base) returns (uint8) {
        return super.decimals();
    }

    function nonces(
        address account
    ) public view override(ERC20PermitUpgradeable, NoncesUpgradeable) returns (uint256) {
        return super.nonces(account);
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal override(CloneERC20Base, ERC20VotesUpgradeable) {
        super._update(from, to, value);
    }
}
