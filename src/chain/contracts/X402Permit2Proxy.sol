// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @notice What x402 needs of Uniswap's Permit2
interface ISignatureTransfer {
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    function permitWitnessTransferFrom(
        PermitTransferFrom memory permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}

/// @title What the two x402 proxies for Permit2 share
/// @notice The proxy is the spender a payer signs for, and it pays nobody but the address in the signed witness, so
/// whoever settles can't redirect the money. Same interface and behaviour as the proxies x402 has on public networks;
/// those are used there, these stand in for them on a local chain.
/// @dev No constructor arguments and no storage: the runtime code works wherever it is put.
abstract contract X402Permit2Proxy is ReentrancyGuardTransient {
    struct EIP2612Permit {
        uint256 value;
        uint256 deadline;
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    event Settled();
    event SettledWithPermit();

    error InvalidAmount();
    error InvalidOwner();
    error InvalidDestination();
    error PaymentTooEarly();
    error Permit2612AmountMismatch();

    ISignatureTransfer public constant PERMIT2 = ISignatureTransfer(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    struct Terms {
        uint256 amount;
        address owner;
        address to;
        uint256 validAfter;
        bytes32 witness;
    }

    function _settle(
        ISignatureTransfer.PermitTransferFrom calldata permit,
        Terms memory terms,
        string memory witnessType,
        bytes calldata signature
    ) internal {
        require(terms.amount != 0, InvalidAmount());
        require(terms.owner != address(0), InvalidOwner());
        require(terms.to != address(0), InvalidDestination());
        require(block.timestamp >= terms.validAfter, PaymentTooEarly());
        PERMIT2.permitWitnessTransferFrom(
            permit,
            ISignatureTransfer.SignatureTransferDetails({to: terms.to, requestedAmount: terms.amount}),
            terms.owner,
            terms.witness,
            witnessType,
            signature
        );
    }

    /// @dev A permit that fails is no failure yet: somebody may have submitted it before, or the allowance be there
    function _approvePermit2(
        EIP2612Permit calldata permit2612,
        ISignatureTransfer.PermitTransferFrom calldata permit,
        address owner
    ) internal {
        require(permit2612.value == permit.permitted.amount, Permit2612AmountMismatch());
        try
            IERC20Permit(permit.permitted.token).permit(
                owner,
                address(PERMIT2),
                permit2612.value,
                permit2612.deadline,
                permit2612.v,
                permit2612.r,
                permit2612.s
            )
        {} catch {}
    }
}
