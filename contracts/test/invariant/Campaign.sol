// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICompanyAccount} from "../../src/interfaces/ICompanyAccount.sol";
import {ContentKind, Registration} from "../../src/interfaces/IContentRegistry.sol";
import {BundleItem} from "../../src/interfaces/ILicenseManager.sol";
import {Payee} from "../../src/interfaces/IPaymentEscrow.sol";
import {IPurchaseRouter} from "../../src/interfaces/IPurchaseRouter.sol";
import {Base} from "../Base.t.sol";
import {Mode, ScriptedCourt} from "../arbitration/ScriptedCourt.sol";
import {
    BlacklistingToken,
    FeeOnTransferToken,
    NoReturnToken,
    PausingToken,
    ReentrantToken
} from "../tokens/HostileTokens.sol";
import {Cast, Handler} from "./Handler.sol";
import {System} from "./HandlerState.sol";
import {Buyer, Seller, Tokens} from "./World.sol";

interface ICompanyFactory {
    function create(address owner, bytes32 salt) external returns (address);
}

/// A court that asks no fee and burns whatever gas it is given, at once: also where the tests do not count gas.
contract GasBurner {
    function arbitrationCost(bytes calldata) external pure returns (uint256) {
        return 0;
    }

    fallback() external payable {
        assembly {
            invalid()
        }
    }
}

/// Two creators, three buyers and a company with a machine, courts good and bad, tokens of all manners. Proofs are taken
/// as valid (mock verifier): the promises are about what follows from a proof, and no prover runs inside the EVM.
abstract contract Campaign is Base {
    Handler internal handler;

    function setUp() public virtual override {
        super.setUp();
        Cast memory c;
        c.meterSecret = meterSecret;
        _castTokens(c);
        _castSellers(c);
        _castCourts(c);
        _castBuyers(c);
        c.refuser = address(verifier);
        c.accounts = new address[](9);
        (c.accounts[0], c.accounts[1], c.accounts[2]) = (treasury, makeAddr("second"), c.refuser);
        (c.accounts[3], c.accounts[4]) = (c.sellers[0].account, c.sellers[1].account);
        for (uint256 i = 0; i < 4; ++i) {
            c.accounts[5 + i] = c.buyers[i].account;
        }
        IPurchaseRouter router =
            IPurchaseRouter(_create("PurchaseRouter", abi.encode(manager, escrow, address(0))));
        c.system = System(registry, manager, tracker, disputes, escrow, router, operator, guardian);
        handler = new Handler(c);
        for (uint256 i = 0; i < 16; ++i) {
            handler.begin(i);
        }
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: handler.selectors()}));
    }

    function _castTokens(Cast memory c) private {
        c.tokens.blacklisting = new BlacklistingToken();
        c.tokens.reentrant = new ReentrantToken();
        c.tokens.pausing = new PausingToken();
        c.tokens.feeOnTransfer = address(new FeeOnTransferToken());
        c.tokens.all = new address[](7);
        (c.tokens.all[1], c.tokens.all[2]) = (address(token), address(new NoReturnToken()));
        c.tokens.all[3] = address(c.tokens.blacklisting);
        c.tokens.all[4] = address(c.tokens.reentrant);
        (c.tokens.all[5], c.tokens.all[6]) = (address(c.tokens.pausing), c.tokens.feeOnTransfer);
        vm.startPrank(operator);
        for (uint256 i = 1; i < 7; ++i) {
            escrow.listToken(c.tokens.all[i], true);
        }
        vm.stopPrank();
    }

    /// One with two partners, one of whom takes no ether; one alone. The first owns a file and the collection, the other
    /// a file.
    function _castSellers(Cast memory c) private {
        (address other, uint256 otherSecret) = makeAddrAndKey("other creator");
        Payee[] memory payees = new Payee[](3);
        payees[0] = Payee(creator, 3334);
        payees[1] = Payee(makeAddr("second"), 3333);
        payees[2] = Payee(address(verifier), 3333);
        c.sellers = new Seller[](2);
        c.sellers[0] = Seller(creator, creatorSecret, escrow.createSplit(payees));
        c.sellers[1] = Seller(other, otherSecret, escrow.createSplit(_solo(other)));
        c.bundleItems = _items();
        (c.bundleItems[0].units, c.bundleItems[1].units) = (50, 50);
        c.contents[0] = _content();
        c.contents[2] = _collection();
        vm.startPrank(other);
        Registration memory registration =
            _registration(registry.publishMeter(1, 2, METER_KEY_HASH, meterSigner, "https://meter.example"));
        c.contents[1] = registry.register(registration);
        vm.stopPrank();
    }

    function _castCourts(Cast memory c) private {
        c.courts.person = arbitrator;
        c.courts.members = new address[](3);
        for (uint256 i = 0; i < 3; ++i) {
            c.courts.members[i] = makeAddr(string.concat("member ", vm.toString(i)));
        }
        c.courts.panel = _create(
            "PanelArbitrator", abi.encode(operator, c.courts.members, uint96(0.01 ether), uint40(7 days))
        );
        ScriptedCourt mute = new ScriptedCourt(0);
        mute.script(Mode.Mute, Mode.Mute);
        (c.courts.mute, c.courts.gasBurning) = (address(mute), address(new GasBurner()));
        c.courts.appeals = address(new ScriptedCourt(0.02 ether));
    }

    function _castBuyers(Cast memory c) private {
        address implementation = _create("CompanyAccount", abi.encode(manager, escrow));
        ICompanyFactory factory =
            ICompanyFactory(_create("CompanyAccountFactory", abi.encode(implementation)));
        c.company = ICompanyAccount(factory.create(stranger, "salt"));
        c.machine = makeAddr("machine");
        vm.startPrank(stranger);
        c.company.setBudget(c.machine, address(0), 50_000, 7 days);
        c.company.setBudget(c.machine, address(token), 3e9, 7 days);
        vm.stopPrank();
        c.buyers = new Buyer[](4);
        for (uint256 i = 0; i < 4; ++i) {
            Buyer memory b = c.buyers[i];
            (b.account, b.secret) = makeAddrAndKey(string.concat("buyer ", vm.toString(i)));
            if (i == 3) b.account = address(c.company);
            for (uint256 j = 0; j < 2; ++j) {
                address session;
                (session, b.sessionSecrets[j]) =
                    makeAddrAndKey(string.concat("session ", vm.toString(2 * i + j)));
                vm.prank(b.account);
                b.profiles[j] = manager.publishProfile(3, 4, COMMITMENT, session);
            }
        }
    }
}
