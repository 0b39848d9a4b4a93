// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Generated from the verifying key of circuit usage_1024; never edited.

/// @title Groth16 verifier of circuit usage_1024 on BN254
/// @notice Development key from a public seed: anyone can forge proofs for it.
contract UsageLongVerifier {
    /// @notice Whether `proof` holds for `inputs`.
    /// @param proof A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y (EIP-197).
    /// @param inputs The circuit's public inputs; each must be below the scalar field's modulus.
    /// @return valid False for every malformed argument; it does not revert on any.
    function verify(uint256[8] calldata proof, uint256[6] calldata inputs)
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

            mstore(add(m, 0x180), 327195762656165622283937490910422320297702957660944305123818049079958273997)
            mstore(add(m, 0x1a0), 20154004496178886419041311393404857443008982058752512108395345848272038792611)
            success := accumulate(success, 13637272878466201544276616518379145563171432662624530337042240607354256993410, 14912864319829048517182044553953407571332933825275662848682241033061038891788, calldataload(add(inputs, 0x0)), m, r)
            success := accumulate(success, 17650218593094458550503437854297119684378355714880003892650008400556119622055, 1451373815612350059448660421335128153351421347295980969402818145388129624808, calldataload(add(inputs, 0x20)), m, r)
            success := accumulate(success, 6042622555103970289909731399787558794661440674739298929654357719705135566680, 12525058429062685746358479064152964664704089188082822274390921431586750421134, calldataload(add(inputs, 0x40)), m, r)
            success := accumulate(success, 8568816862502487200209065919322559472453309217354024412501917867127062568948, 7242398305113467286894457513964477239135498179529009876638057576800785518757, calldataload(add(inputs, 0x60)), m, r)
            success := accumulate(success, 15316892898467045881785196211756694740463385422984158642191867166712100458775, 3593065854722935634822087205105552622789038149869575379767496055763997713531, calldataload(add(inputs, 0x80)), m, r)
            success := accumulate(success, 4836420670360417830788197244145983516031595407027720696793303928294135260357, 9208630873321127287468196307313882983319018030415324007751825937489427704342, calldataload(add(inputs, 0xa0)), m, r)

            // e(-A, B) * e(alpha, beta) * e(sum, gamma) * e(C, delta) == 1
            mstore(m, calldataload(proof))
            mstore(add(m, 0x20), mod(sub(q, calldataload(add(proof, 0x20))), q))
            calldatacopy(add(m, 0x40), add(proof, 0x40), 0x80)
            calldatacopy(add(m, 0x240), add(proof, 0xc0), 0x40)
            mstore(add(m, 0xc0), 13423419770030992062111182801631259298768531643607274730352173486296002091482)
            mstore(add(m, 0xe0), 7313614061376165547362617757101810496622655994845957698300646858021013614475)
            mstore(add(m, 0x100), 8165608520404110611381828034739464560947013438934406306374443637548439953096)
            mstore(add(m, 0x120), 6445094412288030419241798222422838268645479703949666792112151784035748876588)
            mstore(add(m, 0x140), 9090874941201714738056020200438812246916312257918984388004373220893149764420)
            mstore(add(m, 0x160), 21136717338459582085048911988408327058840232291010556653887242601101808421972)
            mstore(add(m, 0x1c0), 11559732032986387107991004021392285783925812861821192530917403151452391805634)
            mstore(add(m, 0x1e0), 10857046999023057135944570762232829481370756359578518086990519993285655852781)
            mstore(add(m, 0x200), 4082367875863433681332203403145435568316851327593401208105741076214120093531)
            mstore(add(m, 0x220), 8495653923123431417604973247489272438418190587263600148770280649306958101930)
            mstore(add(m, 0x280), 20581985747972753198913520394199980853560615982128308322668811092698196662941)
            mstore(add(m, 0x2a0), 7722425791884313228470263038667332208190970276749635333667303984805326883977)
            mstore(add(m, 0x2c0), 20536428688777847553466625273566800282063023787393443028637927888990128427400)
            mstore(add(m, 0x2e0), 8068460483069875192266665287245948721319532152368890402020112218132263653170)

            success := and(success, staticcall(362000, 8, m, 0x300, m, 0x20))
            valid := and(success, eq(mload(m), 1))
        }
    }
}
