// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentState, ReleaseRule} from "../interfaces/IPaymentEscrow.sol";

/// {Payment} as stored, in four slots. `deadline` is `deliveryDeadline` of a Cliff, `refundableAt` of a Metered payment.
struct PaymentRecord {
    address payer;
    ReleaseRule rule;
    PaymentState state;
    uint16 feeId;
    uint32 splitId;
    uint32 pausedSecs;
    address token;
    uint24 disputeWindow;
    uint40 frozenAt;
    /// What froze it last.
    uint32 disputeId;
    uint128 amount;
    uint40 deadline;
    uint40 releasableAt;
    uint40 licenseId;
    uint128 released;
    uint128 due;
}

struct Fee {
    address recipient;
    uint16 feeBps;
}

/// One payee of a split; `payees` is the length of the split, in each of its entries.
struct SplitEntry {
    address account;
    uint16 shareBps;
    uint8 payees;
}

struct Bond {
    address poster;
    uint96 amount;
}
