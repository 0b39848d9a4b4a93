// Usage: node generate.mjs <folder>; needs circomlibjs 0.1.7, which brings ethers 5.
import { buildPoseidon, buildBabyjub, buildEddsa } from "circomlibjs";
import { ethers } from "ethers";
import { writeFileSync } from "node:fs";
import { createHash } from "node:crypto";

const out = process.argv[2];
const poseidon = await buildPoseidon();
const bj = await buildBabyjub();
const eddsa = await buildEddsa();
const F = poseidon.F;
const r = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const l = bj.subOrder;
const hex = (v) => "0x" + BigInt(v).toString(16);
const num = (e) => F.toObject(e);
const rand = (label, mod = r) =>
  BigInt("0x" + createHash("sha512").update("datavault vectors " + label).digest("hex")) % mod;
const save = (name, v) => writeFileSync(`${out}/${name}.json`, JSON.stringify(v, null, 1) + "\n");
const H = (inputs, cap = 0n) => num(poseidon(inputs, cap, 1));

// Poseidon: every arity in use, capacity 0, small and random; state = 0, outputs = rate lanes
const pos = [];
for (let n = 1; n <= 12; n++) {
  const sets = [
    [0n, Array(n).fill(0n)],
    [0n, Array.from({ length: n }, (_, i) => BigInt(i + 1))],
    [0n, Array(n).fill(r - 1n)],
    [24n, Array.from({ length: n }, (_, i) => rand(`poseidon ${n} ${i}`))],
    [r - 1n, Array.from({ length: n }, (_, i) => rand(`poseidon ex ${n} ${i}`))],
  ];
  for (const [capacity, inputs] of sets) {
    const o = poseidon(inputs, capacity, 2);
    pos.push({ capacity: hex(capacity), inputs: inputs.map(hex), outputs: o.map((e) => hex(num(e))) });
  }
}
save("poseidon", pos);

const mul = (p, k) => bj.mulPointEscalar(p, k);
const pub = (k) => mul(bj.Base8, k);
const xy = (p) => [num(p[0]), num(p[1])];
const bjj = [1n, 2n, 3n, 8n, l - 1n, 2n ** 250n, rand("bjj 1", l), rand("bjj 2", l)].map((k) => {
  const [x, y] = xy(pub(k));
  return { scalar: hex(k), x: hex(x), y: hex(y), commitment: hex(H([x, y])) };
});
save("babyjubjub", bjj);

// Additions: all pairs of points of every order, on the curve by circomlibjs's own check.
const F0 = F.e(0n), F1 = F.e(1n);
const minus = (p) => [F.neg(p[0]), p[1]];
const identity = [F0, F1];
const two = [F0, F.neg(F1)];
const generator = bj.Generator;
const named = [identity, two, mul(generator, l), pub(1n), minus(pub(1n)), pub(rand("add 1", l)), bj.addPoint(pub(7n), two), generator];
const point = (p) => ({ x: hex(num(p[0])), y: hex(num(p[1])) });
const additions = named.flatMap((a) => named.map((b) => {
  const sum = bj.addPoint(a, b);
  if (![a, b, sum].every((p) => bj.inCurve(p))) throw new Error("off the curve");
  return { a: point(a), b: point(b), sum: point(sum) };
}));
save("babyjubjub_additions", additions);

// Points on and off the curve, inside and outside the subgroup.
const off = [[F1, F1], [F0, F0], [pub(1n)[0], F1], [F.e(r - 1n), F.e(r - 1n)]];
save("babyjubjub_points", [...named, pub(l - 1n), ...off].map((p) => ({
  ...point(p), on_curve: bj.inCurve(p), in_subgroup: bj.inCurve(p) && bj.inSubgroup(p),
})));

// EdDSA: circomlibjs signs with its own nonce and key pruning; we keep verify vectors.
const sigs = [];
for (let i = 0; i < 4; i++) {
  const prv = createHash("sha256").update("eddsa key " + i).digest();
  const A = eddsa.prv2pub(prv);
  const message = i == 0 ? 0n : i == 1 ? r - 1n : rand("eddsa msg " + i);
  const sig = eddsa.signPoseidon(prv, F.e(message));
  const [key_x, key_y] = xy(A);
  const [r8x, r8y] = xy(sig.R8);
  const base = { secret: null, key_x: hex(key_x), key_y: hex(key_y), message: hex(message) };
  const add = (signature, valid, msg = message) => {
    const s = { R8: [F.e(signature.r8x), F.e(signature.r8y)], S: signature.s };
    if (eddsa.verifyPoseidon(F.e(msg), s, A) !== valid) throw new Error("circomlibjs disagrees");
    sigs.push({ ...base, message: hex(msg), valid,
      signature: { r8x: hex(signature.r8x), r8y: hex(signature.r8y), s: hex(signature.s) } });
  };
  const good = { r8x, r8y, s: sig.S };
  add(good, true);
  add({ ...good, s: (sig.S + 1n) % l }, false);
  add({ ...good, s: sig.S + l }, false);
  add({ ...good, r8x: (r8x + 1n) % r }, false);
  add(good, false, (message + 1n) % r);
}
// Signatures made by datavault-statement (ours.json), which circomlibjs must accept.
try {
  const { readFileSync } = await import("node:fs");
  for (const c of JSON.parse(readFileSync("ours.json"))) {
    const big = (o) => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, BigInt(v)]));
    const s = big(c.signature);
    const ok = eddsa.verifyPoseidon(F.e(BigInt(c.message)),
      { R8: [F.e(s.r8x), F.e(s.r8y)], S: s.s }, [F.e(BigInt(c.key_x)), F.e(BigInt(c.key_y))]);
    if (!ok) throw new Error("circomlibjs rejects ours");
    sigs.push({ ...c, valid: true });
  }
  console.log("circomlibjs accepts ours");
} catch (e) { if (e.code !== "ENOENT") throw e; console.log("no ours.json"); }
save("eddsa", sigs);

const ctxs = [
  { chain_id: 31337, tracker: "0x" + "11".repeat(20), license_id: 1, content_id: "0x" + "22".repeat(32), lane: 0, epoch: 0 },
  { chain_id: 1, tracker: "0x00000000219ab540356cbb839cbe05303d7705fa", license_id: 4294967297, content_id: ethers.utils.id("content"), lane: 7, epoch: 3 },
  { chain_id: 31337, tracker: "0x" + "ff".repeat(20), license_id: 2 ** 52, content_id: "0x" + "ff".repeat(32), lane: 4294967295, epoch: 4294967295 },
  { chain_id: 0, tracker: "0x" + "00".repeat(20), license_id: 0, content_id: "0x" + "00".repeat(32), lane: 0, epoch: 0 },
];
save("context", ctxs.map((c) => ({
  context: c,
  ctx: hex(BigInt(ethers.utils.keccak256(ethers.utils.defaultAbiCoder.encode(
    ["uint256", "address", "uint256", "bytes32", "uint32", "uint32"],
    [c.chain_id, c.tracker, c.license_id, c.content_id, c.lane, c.epoch]))) >> 8n),
})));

// The chain, written again from its definition.
{
  const ctx = rand("chain ctx") >> 8n;
  let base = ctx, chain = ctx, w = [0n, 0n, 0n, 0n], n = 0, total = 0n, seq = 0n, calls = 0n, last = null;
  const events = [], heads = [];
  let t = 1800000000n;
  for (let i = 0; i < 60; i++) {
    const u = i % 7 == 3 ? 0n : i % 11 == 5 ? 65535n : rand("units " + i) % 500n;
    const c = rand("call " + i) >> 8n;
    if (i) t += i == 30 ? 2n ** 24n - 1n : i % 5 == 0 ? 0n : rand("dt " + i) % 3600n;
    const d = last === null ? 0n : t - last;
    if (n == 24) { base = chain; w = [0n, 0n, 0n, 0n]; n = 0; }
    w[Math.floor(n / 6)] += (d + u * 2n ** 24n) * 2n ** (40n * BigInt(n % 6));
    n += 1;
    chain = H([base, ...w], BigInt(n));
    calls = H([calls, c]);
    total += u; seq += 1n; last = t;
    events.push({ time: Number(t), units: Number(u), call: hex(c) });
    heads.push({ ctx: hex(ctx), seq: Number(seq), total: Number(total), time: Number(t),
      head: hex(H([ctx, chain, total, seq, last, calls])) });
  }
  save("chain", { ctx: hex(ctx), events, heads });
}

const kd = [];
for (const [i, key] of [Buffer.alloc(32, 0), Buffer.alloc(32, 255), createHash("sha256").update("k").digest()].entries()) {
  const secret = (rand("licensee " + i, l - 1n)) + 1n;
  const ephemeral = 2n ** 250n + (rand("ephemeral " + i) % 2n ** 250n);
  const ctx = rand("kd ctx " + i) >> 8n;
  const P = pub(secret), E = pub(ephemeral), S = mul(P, ephemeral);
  const masks = poseidon([...xy(S), ctx], 1n, 2).map(num);
  const k = [key.subarray(0, 16), key.subarray(16)].map((b) => BigInt("0x" + b.toString("hex")));
  const c = k.map((v, j) => (v + masks[j]) % r);
  kd.push({ secret: hex(secret), ephemeral: hex(ephemeral), ctx: hex(ctx), key: "0x" + key.toString("hex"),
    inputs: [ctx, H(k), H(xy(P)), ...xy(E), ...c].map(hex) });
}
save("key_delivery", kd);
process.exit(0);
