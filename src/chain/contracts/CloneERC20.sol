// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CloneERC20Base} from "./CloneERC20Base.sol";

/// @title ERC-20
contract CloneERC20 is CloneERC20Base {}
