// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PaymasterSigner} from "@openzeppelin/contracts/account/paymaster/extensions/PaymasterSigner.sol";
import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IEntryPoint, PackedUserOperation} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Calldata} from "@openzeppelin/contracts/utils/Calldata.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Verifying paymaster
/// @notice Pays for the operations one of its signers has signed. paymasterData is
/// uint48 validUntil ++ uint48 validAfter ++ 65-byte signature over an EIP-712 UserOperationRequest, domain
/// "SponsorPaymaster" version "1". The signers lie in storage, so bundlers that enforce ERC-7562 want a stake.
contract SponsorPaymaster is PaymasterSigner, Ownable {
    using ERC4337Utils for PackedUserOperation;

    error InvalidEntryPoint(address entryPoint);
    error InvalidSigner(address signer);

    event SignerSet(address indexed signer, bool allowed);

    IEntryPoint private immutable _entryPoint;

    mapping(address signer => bool) public isSigner;

    constructor(
        IEntryPoint entryPoint_,
        address owner_,
        address signer
    ) EIP712("SponsorPaymaster", "1") Ownable(owner_) {
        require(address(entryPoint_).code.length != 0, InvalidEntryPoint(address(entryPoint_)));
        _entryPoint = entryPoint_;
        _setSigner(signer, true);
    }

    function entryPoint() public view override returns (IEntryPoint) {
        return _entryPoint;
    }

    /// @notice Rotation: allow the new signer, wait until what the old one signed has expired, then disallow the old
    function setSigner(address signer, bool allowed) external onlyOwner {
        _setSigner(signer, allowed);
    }

    function deposit() external payable {
        _deposit(msg.value);
    }

    function getDeposit() external view returns (uint256) {
        return _entryPoint.balanceOf(address(this));
    }

    function withdrawTo(address payable to, uint256 amount) external onlyOwner {
        _withdraw(to, amount);
    }

    function addStake(uint32 unstakeDelaySec) external payable onlyOwner {
        _addStake(msg.value, unstakeDelaySec);
    }

    function unlockStake() external onlyOwner {
        _unlockStake();
    }

    function withdrawStake(address payable to) external onlyOwner {
        _withdrawStake(to);
    }

    function _setSigner(address signer, bool allowed) private {
        require(signer != address(0), InvalidSigner(signer));
        isSigner[signer] = allowed;
        emit SignerSet(signer, allowed);
    }

    function _rawSignatureValidation(
        bytes32 hash,
        bytes calldata signature
    ) internal view override returns (bool) {
        (address recovered, ECDSA.RecoverError err, ) = ECDSA.tryRecoverCalldata(hash, signature);
        return err == ECDSA.RecoverError.NoError && isSigner[recovered];
    }

    /// @dev validUntil first, the order of the reference verifying paymaster
    function _decodePaymasterUserOp(
        PackedUserOperation calldata userOp
    ) internal pure override returns (uint48 validAfter, uint48 validUntil, bytes calldata signature) {
        bytes calldata data = userOp.paymasterData();
        if (data.length < 12) return (0, 0, Calldata.emptyBytes());
        return (uint48(bytes6(data[6:12])), uint48(bytes6(data[0:6])), data[12:]);
    }
}
