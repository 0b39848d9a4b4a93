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
                mstore(m, 1589227921534298364505925472306035128995285639788442650798502614497488686800)
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
                    mstore(m, 5928313976257266622741767008099864104264295907456854561622579821962054142117)
                    mstore(add(m, 0x20), 722755316620445826666385673377087419036952750678613691622064259534696646155)
                    mstore(add(m, 0x40), mload(add(m, 0x80)))
                    success := staticcall(12000, 7, m, 0x60, add(m, 0x160), 0x40)
                    calldatacopy(add(m, 0x220), calldatasize(), 0x40)
                    success := accumulate(success, 21536458007330126758474028599786631060934751269562263025626238386317550496487, 12253119322898853433915878233461688352443976062171527152666103059089558887216, mload(add(m, 0x80)), m, add(m, 0x220))
                    success := accumulate(success, 9054364095564900853960181529743594148613365212288794535923650265492820220504, 13160762268560904436479381212133193160717138566744264268825275712948824130409, mload(add(m, 0xa0)), m, add(m, 0x220))
                    success := accumulate(success, 7198068037842123183356743370232880876732670736441848465038975893912220680147, 20796369089579448332514514705464418393939218155974317027401261602397502024646, mload(add(m, 0xc0)), m, add(m, 0x220))
                    success := accumulate(success, 11998169753598590282704959570710882087296936518883502177413659982107192727520, 11275332246274315567393491247702985786943621964229885013574776737756268896205, mload(add(m, 0xe0)), m, add(m, 0x220))
                    success := accumulate(success, 842986184304447596236078061319585767159565469735132534021178241210786605439, 4360193747015009733911616924869876090480149347696589139799241285185691142296, mload(add(m, 0x100)), m, add(m, 0x220))
                    success := accumulate(success, 13020487278357603471028983548255421424428675334810380515383692919811366226985, 11013958912981399085129921862436653442089704123264656800517921673926403286392, mload(add(m, 0x120)), m, add(m, 0x220))
                    success := accumulate(success, 18268695142437483916839651196240202330342658050181341320898538077123684879440, 12804029228841791071900794991120627472728336594417192554426246992731157344520, mload(add(m, 0x140)), m, add(m, 0x220))
                    mstore(add(m, 0x1a0), 18421879061868183192781779705084123538929127096535730747843173133819189734277)
                    mstore(add(m, 0x1c0), 7104814268483711197265260317331344659618649290230845626788338897947355727881)
                    mstore(add(m, 0x1e0), 19957357801789887626146615117362273561331792137313581826699215626401309529289)
                    mstore(add(m, 0x200), 18405985232833288604240911463979831256617479079276102639614997518674570693862)
                    mstore(add(m, 0x260), 11559732032986387107991004021392285783925812861821192530917403151452391805634)
                    mstore(add(m, 0x280), 10857046999023057135944570762232829481370756359578518086990519993285655852781)
                    mstore(add(m, 0x2a0), 4082367875863433681332203403145435568316851327593401208105741076214120093531)
                    mstore(add(m, 0x2c0), 8495653923123431417604973247489272438418190587263600148770280649306958101930)
                    mstore(add(m, 0x320), 12850832961796910225716989882238596040324332919623029995997665469640017657344)
                    mstore(add(m, 0x340), 11065252043961113893933215541384099567462075933157386818914538986820759689834)
                    mstore(add(m, 0x360), 17710658386256891867836976718387279752495065266114149565485087217401313314664)
                    mstore(add(m, 0x380), 8935696209969732108173637311599670398971503546085025798664564249022471865321)

                    let gas_ := add(294000, mul(n, 68000))
                    success := and(success, staticcall(gas_, 8, add(m, 0x160), mul(add(n, 3), 0xc0), 0, 0x20))
                    valid := and(success, eq(mload(0), 1))
                }
            }
        }
    }
}
