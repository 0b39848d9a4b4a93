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

            mstore(add(m, 0x180), 18573269791778485491389412468569177699779446618616824266744499878868797938519)
            mstore(add(m, 0x1a0), 11218843449520519180292485363414182868679824942077588813856417607460321927920)
            success := accumulate(success, 21318564027221725452853921524582667599331909943919751402150912002518649797957, 18943531846096213675865744328690411658542240072009613726112607583328995965459, calldataload(add(inputs, 0x0)), m, r)
            success := accumulate(success, 11413400285255988903286138081327504645482981273655133171973621615057709043363, 20228845838264224509044974729743112712083975561818080612978024027027561449810, calldataload(add(inputs, 0x20)), m, r)
            success := accumulate(success, 12860157946519132957425152095964138624446309001389602035871767753680330783811, 8600011291486397993337412239467719932792809314507584632324415753641321383346, calldataload(add(inputs, 0x40)), m, r)
            success := accumulate(success, 175829686616135052660472827058936601361175565851897344205764625520771951122, 4272964478093808463471497975507066217212969378621430745559447694934835403765, calldataload(add(inputs, 0x60)), m, r)
            success := accumulate(success, 7155992277651015451272278058956035751896543615529291052213335767583927784173, 17416749896259739540698293163470420908578017670360341615787063819754555640526, calldataload(add(inputs, 0x80)), m, r)
            success := accumulate(success, 852855648598303822031857144068017039580632765745490178885585813956184318940, 15807766618768948375194976972123541097202649559985235003838837115463614137740, calldataload(add(inputs, 0xa0)), m, r)

            // e(-A, B) * e(alpha, beta) * e(sum, gamma) * e(C, delta) == 1
            mstore(m, calldataload(proof))
            mstore(add(m, 0x20), mod(sub(q, calldataload(add(proof, 0x20))), q))
            calldatacopy(add(m, 0x40), add(proof, 0x40), 0x80)
            calldatacopy(add(m, 0x240), add(proof, 0xc0), 0x40)
            mstore(add(m, 0xc0), 21235873600442279108255803650329661096864403442543316292674624653060784579309)
            mstore(add(m, 0xe0), 12994425265014444563565315066782110394797850110398954081320936031379647086432)
            mstore(add(m, 0x100), 7065868336369726435317550021898994554019639405982242119461712746656636911299)
            mstore(add(m, 0x120), 106846727690287167776864037172700295790658951926672233235943548531195866578)
            mstore(add(m, 0x140), 7425152469788538840411910719281625206567342855456640496299136067787357890341)
            mstore(add(m, 0x160), 9468076338181918266189326440730053602195114609862590193433775890061532840204)
            mstore(add(m, 0x1c0), 14836239391327173774463420943146675728456021546257276760170146722891937876705)
            mstore(add(m, 0x1e0), 11790637775277451756279194236073712536932119434223750285858523238527877881130)
            mstore(add(m, 0x200), 3209052842223845003547851721153838598382905524535232945925160206417081972677)
            mstore(add(m, 0x220), 2796165105058687569184889202612924762478076182413837537255295447019414403714)
            mstore(add(m, 0x280), 10129192309657993139380539860999114610572207321147364863156035459344768766970)
            mstore(add(m, 0x2a0), 4663498629656333139768622101728991803802791387771186758394812487244397611565)
            mstore(add(m, 0x2c0), 14236656686862850373470858333061724932623768750585765103186513828694603139743)
            mstore(add(m, 0x2e0), 8544085365270986569394470313962058084106438180925469042221899595480415766967)

            success := and(success, staticcall(362000, 8, m, 0x300, m, 0x20))
            valid := and(success, eq(mload(m), 1))
        }
    }
}
