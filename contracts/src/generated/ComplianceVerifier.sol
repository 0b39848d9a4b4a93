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

            mstore(add(m, 0x180), 1303227851350521879448742332597413500561076160951202647267197663365358104958)
            mstore(add(m, 0x1a0), 5819585045518553169387596842263020984678747326969639610945246984418898423578)
            success := accumulate(success, 21206750930865696812996485152852795660701633886227189966236539852683583713917, 21479099422984638842220373739233691000058963779283535585897326649567405510762, calldataload(add(inputs, 0x0)), m, r)
            success := accumulate(success, 12636216411450380224381730198564878124843739837819710985074579037100441347885, 6379407005340230330945156146366805685410962393376762349968073899517081072846, calldataload(add(inputs, 0x20)), m, r)
            success := accumulate(success, 10421283946020975409585591497824655292840095785293078329271396547987017156962, 21829442264249880605492207101424887027717488477922973130516160672758905105505, calldataload(add(inputs, 0x40)), m, r)
            success := accumulate(success, 21731897006005932402424182369305095481793056142399130753846218710605629317503, 15743734135348213032885333207158580362742595671893057465159785135970702777575, calldataload(add(inputs, 0x60)), m, r)
            success := accumulate(success, 4307243718808943274432788201608958617327540912870123574596125997114564166224, 14610131455970809540703730920753303323749709913995625906577664900329121128588, calldataload(add(inputs, 0x80)), m, r)

            // e(-A, B) * e(alpha, beta) * e(sum, gamma) * e(C, delta) == 1
            mstore(m, calldataload(proof))
            mstore(add(m, 0x20), mod(sub(q, calldataload(add(proof, 0x20))), q))
            calldatacopy(add(m, 0x40), add(proof, 0x40), 0x80)
            calldatacopy(add(m, 0x240), add(proof, 0xc0), 0x40)
            mstore(add(m, 0xc0), 11715521217156000359262993451310214395500217628113193689749314644974324029709)
            mstore(add(m, 0xe0), 21882532647794006556607128206570969897583667775640817708949968968381370682469)
            mstore(add(m, 0x100), 10600908507501529280505025918309273772990678625514794009176491787946688111136)
            mstore(add(m, 0x120), 8547822184779010651583133120740519575489605830339850470500393432392264588346)
            mstore(add(m, 0x140), 15501857311642944624816736947803706665378240659978779020735374391518378871244)
            mstore(add(m, 0x160), 7332219853712190494434413715054914655492920022016359653040008668048528127128)
            mstore(add(m, 0x1c0), 11559732032986387107991004021392285783925812861821192530917403151452391805634)
            mstore(add(m, 0x1e0), 10857046999023057135944570762232829481370756359578518086990519993285655852781)
            mstore(add(m, 0x200), 4082367875863433681332203403145435568316851327593401208105741076214120093531)
            mstore(add(m, 0x220), 8495653923123431417604973247489272438418190587263600148770280649306958101930)
            mstore(add(m, 0x280), 18670629151567539700400100653523590708361586218956863270666203408742534535113)
            mstore(add(m, 0x2a0), 3135404989026607798527916732238976685800848477753148638374700080059067516309)
            mstore(add(m, 0x2c0), 11022337837062203911874614081871267647395778663868642796707042884734865921553)
            mstore(add(m, 0x2e0), 9816877342396218076581682499706389674542719574594138591633024903832796025378)

            success := and(success, staticcall(362000, 8, m, 0x300, m, 0x20))
            valid := and(success, eq(mload(m), 1))
        }
    }
}
