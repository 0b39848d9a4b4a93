// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Timings: how long anything can take, in seconds. What bounds what is checked in the tests.
library Timings {
    /// Shortest time to deliver a key, or to open and dispute what it unlocks: shorter ones would be over unseen.
    uint32 internal constant MIN_WINDOW = 1 hours;
    /// Longest delivery or dispute window, and longest settlement grace.
    uint32 internal constant MAX_WINDOW = 30 days;
    /// Longest license that is paid by use: the unused rest of a deposit is locked until it expires or is ended.
    uint32 internal constant MAX_DEPOSIT = 730 days;

    /// Time of the respondent, unless it answers earlier.
    uint32 internal constant RESPOND = 7 days;
    /// Time after the respondent's in which a party may bring the dispute before an ERC-792 arbitrator.
    uint32 internal constant ESCALATE = 3 days;
    /// Time of the arbitrator, from its turn on.
    uint32 internal constant RULE = 21 days;
    /// Time of the loser to appeal.
    uint32 internal constant APPEAL = 3 days;
    /// Longest dispute: all of these, with one appeal.
    uint32 internal constant LONGEST_DISPUTE = RESPOND + ESCALATE + RULE + APPEAL + RULE;
    /// A payment is frozen for at most this long in all. What exceeds the longest dispute is time to execute it.
    uint32 internal constant MAX_FREEZE = 60 days;

    /// Whoever entered a payment before an upgrade was scheduled is out of it after this: delivery and dispute windows
    /// or settlement grace, and a freeze.
    uint32 internal constant LONGEST_EXIT = 2 * MAX_WINDOW + MAX_FREEZE;
    /// The operator's upgrades wait at least this long.
    uint32 internal constant UPGRADE_DELAY = LONGEST_EXIT + 1 days;
}
