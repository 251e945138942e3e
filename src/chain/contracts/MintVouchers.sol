// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

interface IMintable {
    function mint(address to, uint256 amount) external;
}

/// @title Vouchers that mint a token once per receipt
/// @notice The signature authorises, so anyone may redeem. One contract serves all tokens of a network; it must hold
/// each token's MINTER_ROLE, and the token's DEFAULT_ADMIN_ROLE says who may sign.
contract MintVouchers is EIP712 {
    struct MintVoucher {
        address token;
        address recipient;
        uint256 amount;
        bytes32 receipt;
        uint256 deadline;
    }

    error VoucherExpired(uint256 deadline);
    error VoucherUsed(bytes32 receipt);
    error VoucherSignerNotAllowed(address signer);
    error NotTokenAdmin(address token, address caller);
    error InvalidSigner(address signer);

    event VoucherRedeemed(address indexed token, bytes32 indexed receipt, address indexed recipient, uint256 amount);
    event SignerSet(address indexed token, address indexed signer, bool allowed);

    bytes32 private constant VOUCHER_TYPEHASH =
        keccak256("MintVoucher(address token,address recipient,uint256 amount,bytes32 receipt,uint256 deadline)");

    mapping(address token => mapping(bytes32 receipt => bool)) public redeemed;
    mapping(address token => mapping(address signer => bool)) public isSigner;

    constructor() EIP712("ChronosMint", "1") {}

    function redeem(MintVoucher calldata voucher, bytes calldata signature) external {
        require(!redeemed[voucher.token][voucher.receipt], VoucherUsed(voucher.receipt));
        require(block.timestamp <= voucher.deadline, VoucherExpired(voucher.deadline));
        // a malformed signature recovers to the zero address, which setSigner never allows
        (address signer, , ) = ECDSA.tryRecover(_voucherHash(voucher), signature);
        require(isSigner[voucher.token][signer], VoucherSignerNotAllowed(signer));

        redeemed[voucher.token][voucher.receipt] = true;
        emit VoucherRedeemed(voucher.token, voucher.receipt, voucher.recipient, voucher.amount);
        IMintable(voucher.token).mint(voucher.recipient, voucher.amount);
    }

    function setSigner(address token, address signer, bool allowed) external {
        require(IAccessControl(token).hasRole(0x00, msg.sender), NotTokenAdmin(token, msg.sender));
        require(signer != address(0), InvalidSigner(signer));
        isSigner[token][signer] = allowed;
        emit SignerSet(token, signer, allowed);
    }

    function _voucherHash(MintVoucher calldata voucher) private view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        VOUCHER_TYPEHASH,
                        voucher.token,
                        voucher.recipient,
                        voucher.amount,
                        voucher.receipt,
                        voucher.deadline
                    )
                )
            );
    }
}
