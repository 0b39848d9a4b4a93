// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LaneState, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {USAGE_CAPACITY} from "../../src/interfaces/IVerifierSets.sol";
import {Base} from "../Base.t.sol";

/// A license paid by use, one day old.
abstract contract UsageBase is Base {
    uint40 internal constant NOW = START + 1 days;

    uint256 internal licenseId;

    function setUp() public virtual override {
        super.setUp();
        licenseId = _buyPerUse();
        vm.warp(NOW);
    }

    /// A range of no length in time, now, that moves the lane to `headAfter`.
    function _range(uint256 license, uint32 lane, uint32 epoch, uint256 headAfter, uint32 units)
        internal
        view
        returns (UsageBatch memory batch)
    {
        batch = UsageBatch({
            licenseId: license,
            lane: lane,
            epoch: epoch,
            headAfter: headAfter,
            windowStart: uint40(vm.getBlockTimestamp()),
            windowEnd: uint40(vm.getBlockTimestamp()),
            units: units,
            capacity: USAGE_CAPACITY,
            proof: _proof()
        });
    }

    function _lane(uint256 license, uint32 lane, uint32 epoch) internal view returns (LaneState memory) {
        return tracker.laneState(manager.contextOf(license, lane, epoch));
    }

    function _window(UsageBatch memory batch) internal pure returns (uint256) {
        return uint256(batch.windowStart) | uint256(batch.windowEnd) << 40 | uint256(batch.units) << 80;
    }

    /// What the verifier must be asked for `batch`.
    function _inputs(UsageBatch memory batch, uint256 headBefore) internal view returns (uint256[6] memory) {
        return [
            manager.contextOf(batch.licenseId, batch.lane, batch.epoch),
            COMMITMENT,
            METER_KEY_HASH,
            headBefore,
            batch.headAfter,
            _window(batch)
        ];
    }

    function _due(uint256 units) internal pure returns (uint256) {
        return units * UNIT_PRICE;
    }

    /// Settles, and takes it back.
    function _settles(UsageBatch memory batch) internal {
        uint256 before = vm.snapshotState();
        tracker.settleUsage(batch);
        assertEq(_lane(batch.licenseId, batch.lane, batch.epoch).provedHead, batch.headAfter);
        vm.revertToState(before);
    }

    function _refuses(UsageBatch memory batch, bytes memory why) internal {
        vm.expectRevert(why);
        tracker.settleUsage(batch);
    }
}
