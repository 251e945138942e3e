// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title Makes tokens: EIP-1167 clones of a locked implementation
/// @notice Ownerless, one per network, at the same address on every chain. The salt is bound to the caller, so nobody
/// takes another's address; the initialiser runs in the same transaction, so nobody takes another's clone.
contract CloneFactory {
    error NotAContract(address implementation);

    event Deployed(address indexed instance, address indexed implementation, address indexed deployer, bytes32 salt);

    function deploy(address implementation, bytes32 salt, bytes calldata initData) external returns (address instance) {
        require(implementation.code.length != 0, NotAContract(implementation));
        instance = Clones.cloneDeterministic(implementation, keccak256(abi.encode(msg.sender, salt)));
        emit Deployed(instance, implementation, msg.sender, salt);
        if (initData.length != 0) Address.functionCall(instance, initData);
    }

    function predict(address implementation, bytes32 salt, address deployer) external view returns (address) {
        return Clones.predictDeterministicAddress(implementation, keccak256(abi.encode(deployer, salt)));
    }
}
