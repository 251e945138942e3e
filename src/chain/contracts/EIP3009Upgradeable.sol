// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ERC3009Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/draft-ERC3009Upgradeable.sol";
import {ERC20PermitUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title EIP3009.sol for clones: the same code on the upgradeable bases
/// @notice OpenZeppelin's ERC3009 plus what Circle's FiatTokenV2_2 has and OpenZeppelin lacks: `bytes signature`
/// overloads (facilitators use them for smart accounts), ERC-1271 in both overloads (a smart account's signature
/// may be 65 bytes long too), a bytes permit and version().
abstract contract EIP3009Upgradeable is ERC3009Upgradeable, ERC20PermitUpgradeable {
    bytes32 private constant PERMIT_BYTES_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) public virtual override {
        transferWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) public virtual {
        bytes32 structHash = keccak256(
            abi.encode(TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
        );
        _checkAuthorization(from, structHash, signature);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) public virtual override {
        receiveWithAuthorization(from, to, value, validAfter, validBefore, nonce, abi.encodePacked(r, s, v));
    }

    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) public virtual {
        require(to == _msgSender(), ERC20InvalidReceiver(to));
        bytes32 structHash = keccak256(
            abi.encode(RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from, to, value, validAfter, validBefore, nonce)
        );
        _checkAuthorization(from, structHash, signature);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    function cancelAuthorization(
        address authorizer,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) public virtual override {
        cancelAuthorization(authorizer, nonce, abi.encodePacked(r, s, v));
    }

    function cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) public virtual {
        _checkAuthorization(
            authorizer,
            keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)),
            signature
        );
        _cancelAuthorization(authorizer, nonce);
    }

    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        bytes memory signature
    ) public virtual {
        if (block.timestamp > deadline) revert ERC2612ExpiredSignature(deadline);
        bytes32 structHash = keccak256(
            abi.encode(PERMIT_BYTES_TYPEHASH, owner, spender, value, _useNonce(owner), deadline)
        );
        _checkAuthorization(owner, structHash, signature);
        _approve(owner, spender, value);
    }

    /// @notice The EIP-712 domain's version; x402 facilitators and wallets read it
    function version() external view returns (string memory) {
        return _EIP712Version();
    }

    /// @dev Seconds only, as EIP-3009 says: OpenZeppelin's block-number mode would read other than a facilitator does
    function _checkValidity(uint256 validAfter, uint256 validBefore) internal view virtual override {
        require(
            block.timestamp > validAfter && block.timestamp < validBefore,
            ERC3009InvalidAuthorizationTime(validAfter, validBefore)
        );
    }

    /// @dev ECDSA first, so that an account with an EIP-7702 delegation still signs with its key; then ERC-1271
    function _checkAuthorization(address signer, bytes32 structHash, bytes memory signature) private view {
        bytes32 hash = _hashTypedDataV4(structHash);
        (address recovered, ECDSA.RecoverError err, ) = ECDSA.tryRecover(hash, signature);
        if (err == ECDSA.RecoverError.NoError && recovered == signer) return;
        require(
            signer.code.length != 0 && SignatureChecker.isValidERC1271SignatureNow(signer, hash, signature),
            ERC3009InvalidSignature()
        );
    }
}
