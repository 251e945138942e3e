// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISignatureTransfer, X402Permit2Proxy} from "./X402Permit2Proxy.sol";

/// @title x402's `exact` scheme over Permit2
/// @notice Moves exactly the amount the payer permitted; anybody may send it.
contract X402ExactPermit2Proxy is X402Permit2Proxy {
    struct Witness {
        address to;
        uint256 validAfter;
    }

    string public constant WITNESS_TYPE_STRING =
        "Witness witness)TokenPermissions(address token,uint256 amount)Witness(address to,uint256 validAfter)";
    bytes32 public constant WITNESS_TYPEHASH = keccak256("Witness(address to,uint256 validAfter)");

    function settle(
        ISignatureTransfer.PermitTransferFrom calldata permit,
        address owner,
        Witness calldata witness,
        bytes calldata signature
    ) external nonReentrant {
        _settle(permit, _terms(permit, owner, witness), WITNESS_TYPE_STRING, signature);
        emit Settled();
    }

    function settleWithPermit(
        EIP2612Permit calldata permit2612,
        ISignatureTransfer.PermitTransferFrom calldata permit,
        address owner,
        Witness calldata witness,
        bytes calldata signature
    ) external nonReentrant {
        _approvePermit2(permit2612, permit, owner);
        _settle(permit, _terms(permit, owner, witness), WITNESS_TYPE_STRING, signature);
        emit SettledWithPermit();
    }

    function _terms(
        ISignatureTransfer.PermitTransferFrom calldata permit,
        address owner,
        Witness calldata witness
    ) private pure returns (Terms memory) {
        bytes32 hash = keccak256(abi.encode(WITNESS_TYPEHASH, witness.to, witness.validAfter));
        return Terms(permit.permitted.amount, owner, witness.to, witness.validAfter, hash);
    }
}
