// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Payouts that happen once: at once, or held until a set time
/// @notice Ownerless. A payer uses each claim reference once, so a claim can't be paid or locked twice; the id follows
/// from payer and reference and is known beforehand.
contract TokenLock {
    using SafeERC20 for IERC20;

    struct Lock {
        address token;
        address beneficiary;
        uint64 releaseTime;
        bool released;
        uint256 amount;
    }

    error InvalidBeneficiary(address beneficiary);
    error InvalidAmount(uint256 amount);
    error LockExists(bytes32 id);
    error LockNotFound(bytes32 id);
    error LockNotDue(uint64 releaseTime);
    error LockReleased(bytes32 id);
    error ReceivedLess(uint256 amount, uint256 received);

    event Paid(
        bytes32 indexed id,
        address indexed token,
        address indexed beneficiary,
        address payer,
        uint256 amount,
        bytes32 claimRef
    );
    event Locked(
        bytes32 indexed id,
        address indexed token,
        address indexed beneficiary,
        address payer,
        uint256 amount,
        uint64 releaseTime,
        bytes32 claimRef
    );
    event Released(bytes32 indexed id, address indexed token, address indexed beneficiary, uint256 amount);

    mapping(bytes32 id => Lock) private _locks;

    /// @notice Pays at once, out of the payer's allowance
    function pay(
        address token,
        address beneficiary,
        uint256 amount,
        bytes32 claimRef
    ) external returns (bytes32 id) {
        id = _unused(beneficiary, amount, claimRef);
        // one slot is enough to keep the reference used; the event tells the rest
        Lock storage used = _locks[id];
        used.beneficiary = beneficiary;
        used.released = true;
        emit Paid(id, token, beneficiary, msg.sender, amount, claimRef);
        _collect(token, beneficiary, amount);
    }

    /// @param releaseTime unix seconds; a past time makes the lock due at once
    function lock(
        address token,
        address beneficiary,
        uint256 amount,
        uint64 releaseTime,
        bytes32 claimRef
    ) external returns (bytes32 id) {
        id = _unused(beneficiary, amount, claimRef);
        _locks[id] = Lock(token, beneficiary, releaseTime, false, amount);
        emit Locked(id, token, beneficiary, msg.sender, amount, releaseTime, claimRef);
        _collect(token, address(this), amount);
    }

    function release(bytes32 id) external {
        Lock storage held = _locks[id];
        address beneficiary = held.beneficiary;
        require(beneficiary != address(0), LockNotFound(id));
        require(!held.released, LockReleased(id));
        require(block.timestamp >= held.releaseTime, LockNotDue(held.releaseTime));
        held.released = true;
        emit Released(id, held.token, beneficiary, held.amount);
        IERC20(held.token).safeTransfer(beneficiary, held.amount);
    }

    /// @notice Reverts with LockNotFound for an unknown id; of what was paid at once only the beneficiary is kept
    function getLock(bytes32 id) external view returns (Lock memory held) {
        held = _locks[id];
        require(held.beneficiary != address(0), LockNotFound(id));
    }

    /// @notice Whether it was paid or locked
    function isUsed(bytes32 id) external view returns (bool) {
        return _locks[id].beneficiary != address(0);
    }

    function lockId(address payer, bytes32 claimRef) public pure returns (bytes32) {
        return keccak256(abi.encode(payer, claimRef));
    }

    function _unused(address beneficiary, uint256 amount, bytes32 claimRef) private view returns (bytes32 id) {
        require(beneficiary != address(0), InvalidBeneficiary(beneficiary));
        require(amount != 0, InvalidAmount(amount));
        id = lockId(msg.sender, claimRef);
        require(_locks[id].beneficiary == address(0), LockExists(id));
    }

    /// @dev the balance here is shared by all locks of a token, so a token that takes a fee on transfers is refused
    function _collect(address token, address receiver, uint256 amount) private {
        uint256 before = IERC20(token).balanceOf(receiver);
        IERC20(token).safeTransferFrom(msg.sender, receiver, amount);
        uint256 received = IERC20(token).balanceOf(receiver) - before;
        require(received >= amount, ReceivedLess(amount, received));
    }
}
