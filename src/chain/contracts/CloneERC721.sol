// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CloneERC721Base} from "./CloneERC721Base.sol";

/// @title ERC-721
contract CloneERC721 is CloneERC721Base {}
