// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Generated from the verifying key of circuit compliance; never edited.

/// @title Groth16 verifier of circuit compliance on BN254
/// @notice Development key from a public seed: anyone can forge proofs for it.
contract ComplianceVerifier {
    /// @notice Whether `proof` holds for `inputs`.
    /// @param proof A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y (EIP-197).
    /// @param inputs The circuit's public inputs; each must be below the scalar field's modulus.
    /// @return valid False for every malformed argument; it does not revert on any.
    function verify(uint256[8] calldata proof, uint256[5] calldata inputs)
        external
        view
        returns (bool valid)
    {
        // Precompiles get twice their price: all of it is lost at a point off the curve.
        assembly ("memory-safe") {
            // sum := sum + (x, y) * scalar, with the sum at m + 0x180
            function accumulate(ok, x, y, scalar, m, order) -> success {
                mstore(m, x)
                mstore(add(m, 0x20), y)
                mstore(add(m, 0x40), scalar)
                success := and(ok, lt(scalar, order))
                success := and(success, staticcall(12000, 7, m, 0x60, m, 0x40))
                mstore(add(m, 0x40), mload(add(m, 0x180)))
                mstore(add(m, 0x60), mload(add(m, 0x1a0)))
                success := and(success, staticcall(300, 6, m, 0x80, add(m, 0x180), 0x40))
            }

            let q := 21888242871839275222246405745257275088696311157297823662689037894645226208583
            let r := 21888242871839275222246405745257275088548364400416034343698204186575808495617
            let m := mload(0x40)
            let success := 1

            for { let at := 0 } lt(at, 0x100) { at := add(at, 0x20) } {
                success := and(success, lt(calldataload(add(proof, at)), q))
            }

            mstore(add(m, 0x180), 21572983102738836951759061722328678857720145834045157423185342865349536773438)
            mstore(add(m, 0x1a0), 1972831647378618709385725102203879070598868270226345484337345776594285746900)
            success := accumulate(success, 21665087734206120579908725624776112278399236607401334647484987986296450582673, 7148489115320342889764954736564144405616740336383687115427818970536932824647, calldataload(add(inputs, 0x0)), m, r)
            success := accumulate(success, 19695281075607858451207450886027343390837580578777913845195371446297890376937, 3588193541470647427144387034842022342827562140078450806987742824982101494446, calldataload(add(inputs, 0x20)), m, r)
            success := accumulate(success, 18339434005934683463448136926590046380654681918960627010375182209995780796268, 6547433228456415183748968754574153702923394090517153504743445538882295565127, calldataload(add(inputs, 0x40)), m, r)
            success := accumulate(success, 8685442069788947220359620150971150841460136250776144370291166536472938751710, 9019631102013330230235630792223446883054785069645997621520051472453149433972, calldataload(add(inputs, 0x60)), m, r)
            success := accumulate(success, 7898350398640960736495759040357023422225248610794329448057381957957484740755, 2629063205459992653021177352791798762237725556131398671226639315552856268428, calldataload(add(inputs, 0x80)), m, r)

            // e(-A, B) * e(alpha, beta) * e(sum, gamma) * e(C, delta) == 1
            mstore(m, calldataload(proof))
            mstore(add(m, 0x20), mod(sub(q, calldataload(add(proof, 0x20))), q))
            calldatacopy(add(m, 0x40), add(proof, 0x40), 0x80)
            calldatacopy(add(m, 0x240), add(proof, 0xc0), 0x40)
            mstore(add(m, 0xc0), 16821329836621486052642872715441358122831867605313560776011596760436514285051)
            mstore(add(m, 0xe0), 3477724337174564796276937734649043369604963635694709856155591763372315736999)
            mstore(add(m, 0x100), 20688708779783914855588974515090354239001659040906690059222921007336123207813)
            mstore(add(m, 0x120), 20332412429940557708919574082236115401996473545742429710892775408430164937393)
            mstore(add(m, 0x140), 16716214329139231891975941955152035400260619268889871930601820268734544636831)
            mstore(add(m, 0x160), 6702510715066975428910273621776747031837456009146694162523671637935246025980)
            mstore(add(m, 0x1c0), 5839333238349588834414994018448717397943442149199212083223524940048082590409)
            mstore(add(m, 0x1e0), 1696699512904467332291588372292426133159932115316360919421043336164064876724)
            mstore(add(m, 0x200), 6673659875906597865452612497189501246880242563600466546519372499994013216942)
            mstore(add(m, 0x220), 9983684860981697916547537186326522034980408219455562217950079442244468004643)
            mstore(add(m, 0x280), 15172254409040042815520207800411139594356194827998066112111852308239558485074)
            mstore(add(m, 0x2a0), 20848684808449323292968374714548841700567753739246248668153788706872199115199)
            mstore(add(m, 0x2c0), 11868280243935295026565534808564598501152181677688693776213788247651209315229)
            mstore(add(m, 0x2e0), 6994604569272973428822566737964605869723475413111097550596538838316272122861)

            success := and(success, staticcall(362000, 8, m, 0x300, m, 0x20))
            valid := and(success, eq(mload(m), 1))
        }
    }
}
