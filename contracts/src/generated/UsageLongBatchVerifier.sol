// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Generated from the verifying key of circuit usage_1024; never edited.

/// @title Groth16 verifier of many proofs of circuit usage_1024 on BN254 at once
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
contract UsageLongBatchVerifier {
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
                mstore(m, 71496788849282932708674730376516980576394338337239704630645973433082695284580)
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
                    mstore(m, 13423419770030992062111182801631259298768531643607274730352173486296002091482)
                    mstore(add(m, 0x20), 7313614061376165547362617757101810496622655994845957698300646858021013614475)
                    mstore(add(m, 0x40), mload(add(m, 0x80)))
                    success := staticcall(12000, 7, m, 0x60, add(m, 0x160), 0x40)
                    calldatacopy(add(m, 0x220), calldatasize(), 0x40)
                    success := accumulate(success, 327195762656165622283937490910422320297702957660944305123818049079958273997, 20154004496178886419041311393404857443008982058752512108395345848272038792611, mload(add(m, 0x80)), m, add(m, 0x220))
                    success := accumulate(success, 13637272878466201544276616518379145563171432662624530337042240607354256993410, 14912864319829048517182044553953407571332933825275662848682241033061038891788, mload(add(m, 0xa0)), m, add(m, 0x220))
                    success := accumulate(success, 17650218593094458550503437854297119684378355714880003892650008400556119622055, 1451373815612350059448660421335128153351421347295980969402818145388129624808, mload(add(m, 0xc0)), m, add(m, 0x220))
                    success := accumulate(success, 6042622555103970289909731399787558794661440674739298929654357719705135566680, 12525058429062685746358479064152964664704089188082822274390921431586750421134, mload(add(m, 0xe0)), m, add(m, 0x220))
                    success := accumulate(success, 8568816862502487200209065919322559472453309217354024412501917867127062568948, 7242398305113467286894457513964477239135498179529009876638057576800785518757, mload(add(m, 0x100)), m, add(m, 0x220))
                    success := accumulate(success, 15316892898467045881785196211756694740463385422984158642191867166712100458775, 3593065854722935634822087205105552622789038149869575379767496055763997713531, mload(add(m, 0x120)), m, add(m, 0x220))
                    success := accumulate(success, 4836420670360417830788197244145983516031595407027720696793303928294135260357, 9208630873321127287468196307313882983319018030415324007751825937489427704342, mload(add(m, 0x140)), m, add(m, 0x220))
                    mstore(add(m, 0x1a0), 8165608520404110611381828034739464560947013438934406306374443637548439953096)
                    mstore(add(m, 0x1c0), 6445094412288030419241798222422838268645479703949666792112151784035748876588)
                    mstore(add(m, 0x1e0), 9090874941201714738056020200438812246916312257918984388004373220893149764420)
                    mstore(add(m, 0x200), 21136717338459582085048911988408327058840232291010556653887242601101808421972)
                    mstore(add(m, 0x260), 11559732032986387107991004021392285783925812861821192530917403151452391805634)
                    mstore(add(m, 0x280), 10857046999023057135944570762232829481370756359578518086990519993285655852781)
                    mstore(add(m, 0x2a0), 4082367875863433681332203403145435568316851327593401208105741076214120093531)
                    mstore(add(m, 0x2c0), 8495653923123431417604973247489272438418190587263600148770280649306958101930)
                    mstore(add(m, 0x320), 20581985747972753198913520394199980853560615982128308322668811092698196662941)
                    mstore(add(m, 0x340), 7722425791884313228470263038667332208190970276749635333667303984805326883977)
                    mstore(add(m, 0x360), 20536428688777847553466625273566800282063023787393443028637927888990128427400)
                    mstore(add(m, 0x380), 8068460483069875192266665287245948721319532152368890402020112218132263653170)

                    let gas_ := add(294000, mul(n, 68000))
                    success := and(success, staticcall(gas_, 8, add(m, 0x160), mul(add(n, 3), 0xc0), 0, 0x20))
                    valid := and(success, eq(mload(0), 1))
                }
            }
        }
    }
}
