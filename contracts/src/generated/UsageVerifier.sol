// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Generated from the verifying key of circuit usage_128; never edited.

/// @title Groth16 verifier of circuit usage_128 on BN254
/// @notice Development key from a public seed: anyone can forge proofs for it.
contract UsageVerifier {
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

            mstore(add(m, 0x180), 21536458007330126758474028599786631060934751269562263025626238386317550496487)
            mstore(add(m, 0x1a0), 12253119322898853433915878233461688352443976062171527152666103059089558887216)
            success := accumulate(success, 9054364095564900853960181529743594148613365212288794535923650265492820220504, 13160762268560904436479381212133193160717138566744264268825275712948824130409, calldataload(add(inputs, 0x0)), m, r)
            success := accumulate(success, 7198068037842123183356743370232880876732670736441848465038975893912220680147, 20796369089579448332514514705464418393939218155974317027401261602397502024646, calldataload(add(inputs, 0x20)), m, r)
            success := accumulate(success, 11998169753598590282704959570710882087296936518883502177413659982107192727520, 11275332246274315567393491247702985786943621964229885013574776737756268896205, calldataload(add(inputs, 0x40)), m, r)
            success := accumulate(success, 842986184304447596236078061319585767159565469735132534021178241210786605439, 4360193747015009733911616924869876090480149347696589139799241285185691142296, calldataload(add(inputs, 0x60)), m, r)
            success := accumulate(success, 13020487278357603471028983548255421424428675334810380515383692919811366226985, 11013958912981399085129921862436653442089704123264656800517921673926403286392, calldataload(add(inputs, 0x80)), m, r)
            success := accumulate(success, 18268695142437483916839651196240202330342658050181341320898538077123684879440, 12804029228841791071900794991120627472728336594417192554426246992731157344520, calldataload(add(inputs, 0xa0)), m, r)

            // e(-A, B) * e(alpha, beta) * e(sum, gamma) * e(C, delta) == 1
            mstore(m, calldataload(proof))
            mstore(add(m, 0x20), mod(sub(q, calldataload(add(proof, 0x20))), q))
            calldatacopy(add(m, 0x40), add(proof, 0x40), 0x80)
            calldatacopy(add(m, 0x240), add(proof, 0xc0), 0x40)
            mstore(add(m, 0xc0), 5928313976257266622741767008099864104264295907456854561622579821962054142117)
            mstore(add(m, 0xe0), 722755316620445826666385673377087419036952750678613691622064259534696646155)
            mstore(add(m, 0x100), 18421879061868183192781779705084123538929127096535730747843173133819189734277)
            mstore(add(m, 0x120), 7104814268483711197265260317331344659618649290230845626788338897947355727881)
            mstore(add(m, 0x140), 19957357801789887626146615117362273561331792137313581826699215626401309529289)
            mstore(add(m, 0x160), 18405985232833288604240911463979831256617479079276102639614997518674570693862)
            mstore(add(m, 0x1c0), 11559732032986387107991004021392285783925812861821192530917403151452391805634)
            mstore(add(m, 0x1e0), 10857046999023057135944570762232829481370756359578518086990519993285655852781)
            mstore(add(m, 0x200), 4082367875863433681332203403145435568316851327593401208105741076214120093531)
            mstore(add(m, 0x220), 8495653923123431417604973247489272438418190587263600148770280649306958101930)
            mstore(add(m, 0x280), 12850832961796910225716989882238596040324332919623029995997665469640017657344)
            mstore(add(m, 0x2a0), 11065252043961113893933215541384099567462075933157386818914538986820759689834)
            mstore(add(m, 0x2c0), 17710658386256891867836976718387279752495065266114149565485087217401313314664)
            mstore(add(m, 0x2e0), 8935696209969732108173637311599670398971503546085025798664564249022471865321)

            success := and(success, staticcall(362000, 8, m, 0x300, m, 0x20))
            valid := and(success, eq(mload(m), 1))
        }
    }
}
