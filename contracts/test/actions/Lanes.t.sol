// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUsageTracker, SignedHead, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {IUsageVerifier} from "../../src/interfaces/IVerifier.sol";
import {UsageBase} from "./UsageBase.t.sol";

/// One license over many lanes and epochs.
contract LanesTest is UsageBase {
    uint256 internal constant NEW_COMMITMENT = uint256(keccak256("new commitment")) >> 8;

    address internal newSession;
    uint256 internal newSecret;
    uint64[2][2] internal proved;
    uint64[2][2] internal signed_;

    function setUp() public override {
        super.setUp();
        (newSession, newSecret) = makeAddrAndKey("new session");
    }

    function _rebind() internal {
        vm.startPrank(licensee);
        manager.rebind(licenseId, manager.publishProfile(5, 6, NEW_COMMITMENT, newSession));
        vm.stopPrank();
    }

    function _newHead(uint32 lane, uint64 total) internal view returns (SignedHead memory head) {
        head = _signedHead(licenseId, lane, 1, total);
        head.licenseeSignature = _sign(
            newSecret,
            tracker.headDigest(
                manager.contextOf(licenseId, lane, 1), head.seq, head.total, head.head, head.time
            )
        );
    }

    function test_lanes_stand_alone_and_share_the_units_bought() public {
        tracker.settleUsage(_range(licenseId, 0, 0, 77, uint32(UNITS) - 1));
        _refuses(
            _range(licenseId, 1, 0, 77, 2),
            abi.encodeWithSelector(IUsageTracker.UnitsAboveGrant.selector, licenseId, UNITS + 1, UNITS)
        );
        tracker.settleUsage(_range(licenseId, 1, 0, 77, 1));
        assertEq(_lane(licenseId, 0, 0).settledTotal, UNITS - 1);
        assertEq(_lane(licenseId, 1, 0).settledTotal, 1);
        assertEq(tracker.settledUnits(licenseId), UNITS);
        assertEq(_payment(licenseId).due, _payment(licenseId).amount);
    }

    function test_windows_of_different_lanes_and_epochs_may_overlap() public {
        UsageBatch memory batch = _batch(licenseId);
        tracker.settleUsage(batch);
        batch.lane = type(uint32).max;
        tracker.settleUsage(batch);
        _rebind();
        batch.epoch = 1;
        tracker.settleUsage(batch);
        assertEq(tracker.settledUnits(licenseId), 30);
    }

    function test_a_new_epoch_starts_at_genesis_with_the_new_keys() public {
        tracker.settleUsage(_range(licenseId, 0, 0, 77, 10));
        _rebind();
        UsageBatch memory batch = _range(licenseId, 0, 1, 78, 5);
        uint256[6] memory inputs =
            [manager.contextOf(licenseId, 0, 1), NEW_COMMITMENT, METER_KEY_HASH, 0, 78, _window(batch)];
        vm.expectCall(address(verifier), abi.encodeCall(IUsageVerifier.verify, (_proof(), inputs)));
        tracker.settleUsage(batch);
        tracker.settleSigned(_newHead(1, 7));
        assertEq(_lane(licenseId, 0, 1).provedTotal, 5);
        assertEq(_payment(licenseId).due, _due(22));
    }

    function test_heads_and_proofs_of_the_past_epoch_still_settle_with_its_keys() public {
        _rebind();
        UsageBatch memory batch = _range(licenseId, 0, 0, 77, 10);
        vm.expectCall(address(verifier), abi.encodeCall(IUsageVerifier.verify, (_proof(), _inputs(batch, 0))));
        tracker.settleUsage(batch);
        tracker.settleSigned(_signedHead(licenseId, 1, 0, 7));
        assertEq(_payment(licenseId).due, _due(17));
    }

    function test_a_key_signs_for_its_own_epoch_only() public {
        _rebind();
        SignedHead memory byOld = _signedHead(licenseId, 0, 1, 7);
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, newSession));
        tracker.settleSigned(byOld);
        SignedHead memory moved = _newHead(0, 7);
        moved.epoch = 0;
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, sessionKey));
        tracker.settleSigned(moved);
    }

    /// Of each word: bit 0 the lane, bit 1 the epoch, bit 2 whether it is proved, the rest how many units.
    function testFuzz_9_all_lanes_and_epochs_stay_within_the_units_bought(uint16[16] calldata words) public {
        _rebind();
        for (uint256 i = 0; i < words.length; ++i) {
            uint32 lane = words[i] & 1;
            uint32 epoch = words[i] >> 1 & 1;
            _step(lane, epoch, words[i] & 4 != 0, (words[i] >> 3) % 200 + 1, 77 + i);
        }
    }

    function _step(uint32 lane, uint32 epoch, bool byProof, uint32 units, uint256 headAfter) private {
        uint64 before = byProof ? proved[epoch][lane] : signed_[epoch][lane];
        uint64 settled = _larger(epoch, lane);
        uint64 total = before + units;
        uint256 sum = _sum() + (total > settled ? total - settled : 0);
        UsageBatch memory batch = _range(licenseId, lane, epoch, headAfter, units);
        SignedHead memory head = epoch == 0 ? _signedHead(licenseId, lane, 0, total) : _newHead(lane, total);
        if (sum > UNITS) {
            vm.expectRevert(
                abi.encodeWithSelector(IUsageTracker.UnitsAboveGrant.selector, licenseId, sum, UNITS)
            );
        } else if (byProof) {
            proved[epoch][lane] = total;
        } else {
            signed_[epoch][lane] = total;
        }
        if (byProof) tracker.settleUsage(batch);
        else tracker.settleSigned(head);
        assertEq(_lane(licenseId, lane, epoch).settledTotal, _larger(epoch, lane));
        assertEq(tracker.settledUnits(licenseId), _sum());
        assertEq(_payment(licenseId).due, _due(_sum()));
    }

    function _larger(uint32 epoch, uint32 lane) private view returns (uint64) {
        return proved[epoch][lane] > signed_[epoch][lane] ? proved[epoch][lane] : signed_[epoch][lane];
    }

    function _sum() private view returns (uint256) {
        return uint256(_larger(0, 0)) + _larger(0, 1) + _larger(1, 0) + _larger(1, 1);
    }
}
