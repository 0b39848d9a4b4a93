// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Generated from the verifying key of circuit usage_128; never edited.

/// @title Groth16 verifier of many proofs of circuit usage_128 on BN254 at once
/// @notice Development key from a public seed: anyone can forge proofs for it.
/// @dev Checks one random linear combination of all equations, with n + 3 pairs:
///      prod e(-rho_i A_i, B_i) * e(sum rho_i alpha, beta) * e(sum rho_i L_i, gamma) * e(sum rho_i C_i, delta) == 1.
///
///      The coefficients rho_i = 1 + keccak256(seed, i) mod 2^128 are never zero. The seed is the hash of the verifying
///      key, n, all proofs and all inputs, so nobody can choose any of them after having seen a coefficient
///      (Fiat-Shamir). All points are checked to be in groups of prime order. If one proof is invalid, at most one value
///      of its coefficient satisfies the equation, whatever the others are: a forger who tries 2^k batches succeeds with
///      probability at most 2^(k - 128). Small-exponent test of Bellare, Garay and Rabin (EUROCRYPT 1998); for Groth16
///      see the Zcash protocol specification, section B.2.
contract UsageBatchVerifier {
    /// @notice Whether every one of `proofs` holds for the `inputs` at the same place.
    /// @param proofs Each A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y (EIP-197).
    /// @param inputs The circuit's public inputs; each must be below the scalar field's modulus.
    /// @return valid False for no proofs, for another number of inputs, and for every malformed value; it does not
    ///         revert on any.
    function verifyBatch(uint256[8][] calldata proofs, uint256[6][] calldata inputs)
        external
        view
        returns (bool valid)
    {
        // Precompiles get twice their price: all of it is lost at a point off the curve.
        assembly ("memory-safe") {
            // sum := sum + (x, y) * scalar, with the sum at `sum`
            function accumulate(ok, x, y, scalar, m, sum) -> success {
                mstore(m, x)
                mstore(add(m, 0x20), y)
                mstore(add(m, 0x40), scalar)
                success := and(ok, staticcall(12000, 7, m, 0x60, m, 0x40))
                mcopy(add(m, 0x40), sum, 0x40)
                success := and(success, staticcall(300, 6, m, 0x80, sum, 0x40))
            }

            // adds rho times the input to the scalar at `at`
            function weigh(ok, input, at, rho, order) -> success {
                let value := calldataload(input)
                success := and(ok, lt(value, order))
                mstore(at, addmod(mload(at), mulmod(rho, value, order), order))
            }

            let n := proofs.length
            let success := and(gt(n, 0), eq(n, inputs.length))
            if success {
                let q := 21888242871839275222246405745257275088696311157297823662689037894645226208583
                let r := 21888242871839275222246405745257275088548364400416034343698204186575808495617
                let m := mload(0x40)

                // the seed, at 0: verifying key, n, proofs, inputs
                mstore(m, 51262149551453032620024331902790633723178215933341108787566965539548002604409)
                mstore(add(m, 0x20), n)
                calldatacopy(add(m, 0x40), proofs.offset, mul(n, 0x100))
                calldatacopy(add(add(m, 0x40), mul(n, 0x100)), inputs.offset, mul(n, 0xc0))
                mstore(0, keccak256(m, add(0x40, mul(n, 0x1c0))))

                // the scalars and the sum of C begin at zero
                calldatacopy(add(m, 0x80), calldatasize(), 0xe0)
                calldatacopy(add(m, 0x2e0), calldatasize(), 0x40)
                for { let i := 0 } lt(i, n) { i := add(i, 1) } {
                    mstore(0x20, i)
                    let rho := add(and(keccak256(0, 0x40), 0xffffffffffffffffffffffffffffffff), 1)

                    let input := add(inputs.offset, mul(i, 0xc0))
                    mstore(add(m, 0x80), addmod(mload(add(m, 0x80)), rho, r))
                    success := weigh(success, add(input, 0x0), add(m, 0xa0), rho, r)
                    success := weigh(success, add(input, 0x20), add(m, 0xc0), rho, r)
                    success := weigh(success, add(input, 0x40), add(m, 0xe0), rho, r)
                    success := weigh(success, add(input, 0x60), add(m, 0x100), rho, r)
                    success := weigh(success, add(input, 0x80), add(m, 0x120), rho, r)
                    success := weigh(success, add(input, 0xa0), add(m, 0x140), rho, r)

                    let proof := add(proofs.offset, mul(i, 0x100))
                    for { let at := 0 } lt(at, 0x100) { at := add(at, 0x20) } {
                        success := and(success, lt(calldataload(add(proof, at)), q))
                    }

                    // (-rho A, B)
                    let pair := add(add(m, 0x3a0), mul(i, 0xc0))
                    calldatacopy(m, proof, 0x40)
                    mstore(add(m, 0x40), sub(r, rho))
                    success := and(success, staticcall(12000, 7, m, 0x60, pair, 0x40))
                    calldatacopy(add(pair, 0x40), add(proof, 0x40), 0x80)

                    success := accumulate(success, calldataload(add(proof, 0xc0)), calldataload(add(proof, 0xe0)), rho, m, add(m, 0x2e0))
                    if iszero(success) { break }
                }

                if success {
                    // (sum rho alpha, beta), (sum rho L, gamma), (sum rho C, delta)
                    mstore(m, 21235873600442279108255803650329661096864403442543316292674624653060784579309)
                    mstore(add(m, 0x20), 12994425265014444563565315066782110394797850110398954081320936031379647086432)
                    mstore(add(m, 0x40), mload(add(m, 0x80)))
                    success := staticcall(12000, 7, m, 0x60, add(m, 0x160), 0x40)
                    calldatacopy(add(m, 0x220), calldatasize(), 0x40)
                    success := accumulate(success, 18573269791778485491389412468569177699779446618616824266744499878868797938519, 11218843449520519180292485363414182868679824942077588813856417607460321927920, mload(add(m, 0x80)), m, add(m, 0x220))
                    success := accumulate(success, 21318564027221725452853921524582667599331909943919751402150912002518649797957, 18943531846096213675865744328690411658542240072009613726112607583328995965459, mload(add(m, 0xa0)), m, add(m, 0x220))
                    success := accumulate(success, 11413400285255988903286138081327504645482981273655133171973621615057709043363, 20228845838264224509044974729743112712083975561818080612978024027027561449810, mload(add(m, 0xc0)), m, add(m, 0x220))
                    success := accumulate(success, 12860157946519132957425152095964138624446309001389602035871767753680330783811, 8600011291486397993337412239467719932792809314507584632324415753641321383346, mload(add(m, 0xe0)), m, add(m, 0x220))
                    success := accumulate(success, 175829686616135052660472827058936601361175565851897344205764625520771951122, 4272964478093808463471497975507066217212969378621430745559447694934835403765, mload(add(m, 0x100)), m, add(m, 0x220))
                    success := accumulate(success, 7155992277651015451272278058956035751896543615529291052213335767583927784173, 17416749896259739540698293163470420908578017670360341615787063819754555640526, mload(add(m, 0x120)), m, add(m, 0x220))
                    success := accumulate(success, 852855648598303822031857144068017039580632765745490178885585813956184318940, 15807766618768948375194976972123541097202649559985235003838837115463614137740, mload(add(m, 0x140)), m, add(m, 0x220))
                    mstore(add(m, 0x1a0), 7065868336369726435317550021898994554019639405982242119461712746656636911299)
                    mstore(add(m, 0x1c0), 106846727690287167776864037172700295790658951926672233235943548531195866578)
                    mstore(add(m, 0x1e0), 7425152469788538840411910719281625206567342855456640496299136067787357890341)
                    mstore(add(m, 0x200), 9468076338181918266189326440730053602195114609862590193433775890061532840204)
                    mstore(add(m, 0x260), 14836239391327173774463420943146675728456021546257276760170146722891937876705)
                    mstore(add(m, 0x280), 11790637775277451756279194236073712536932119434223750285858523238527877881130)
                    mstore(add(m, 0x2a0), 3209052842223845003547851721153838598382905524535232945925160206417081972677)
                    mstore(add(m, 0x2c0), 2796165105058687569184889202612924762478076182413837537255295447019414403714)
                    mstore(add(m, 0x320), 10129192309657993139380539860999114610572207321147364863156035459344768766970)
                    mstore(add(m, 0x340), 4663498629656333139768622101728991803802791387771186758394812487244397611565)
                    mstore(add(m, 0x360), 14236656686862850373470858333061724932623768750585765103186513828694603139743)
                    mstore(add(m, 0x380), 8544085365270986569394470313962058084106438180925469042221899595480415766967)

                    let gas_ := add(294000, mul(n, 68000))
                    success := and(success, staticcall(gas_, 8, add(m, 0x160), mul(add(n, 3), 0xc0), 0, 0x20))
                    valid := and(success, eq(mload(0), 1))
                }
            }
        }
    }
}
