// Starts a real IPFS node (js-ipfs) with Kubo's RPC, on loopback only: it listens for no peers.
//
//   node start.cjs                 prints the RPC address and runs until Ctrl-C
//   node start.cjs <command…>      runs the command with DATAVAULT_IPFS_RPC set, then stops

// Node 20 lacks it, and libp2p calls it while it loads.
Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new Promise((res, rej) => { resolve = res; reject = rej })
  return { promise, resolve, reject }
}

const { spawn } = require('node:child_process')
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const repo = mkdtempSync(join(tmpdir(), 'datavault-ipfs-'))
process.on('exit', () => rmSync(repo, { recursive: true, force: true }))

async function main () {
  const { create } = await import('ipfs-core')
  const { HttpApi } = await import('ipfs-http-server')
  const { createLibp2p } = await import('libp2p')
  const ipfs = await create({
    repo,
    silent: true,
    libp2p: ({ libp2pOptions }) =>
      createLibp2p({ ...libp2pOptions, peerDiscovery: [], nat: { enabled: false } }),
    config: {
      Addresses: {
        Swarm: [],
        API: '/ip4/127.0.0.1/tcp/0',
        Gateway: '',
        RPC: '',
        Delegates: []
      },
      Bootstrap: [],
      Discovery: { MDNS: { Enabled: false }, webRTCStar: { Enabled: false } }
    }
  })
  const api = new HttpApi(ipfs)
  await api.start()
  const { port } = api._apiServers[0].info
  const url = `http://127.0.0.1:${port}`
  const stop = code => {
    // A node that does not stop must not keep the command's result from its caller.
    setTimeout(() => process.exit(code), 5_000).unref()
    const stopped = Promise.allSettled([api.stop(), ipfs.stop()])
    stopped.then(() => process.exit(code))
  }
  const [command, ...args] = process.argv.slice(2)
  if (command === undefined) {
    console.log(url)
    process.on('SIGINT', () => stop(0))
    process.on('SIGTERM', () => stop(0))
    return
  }
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, DATAVAULT_IPFS_RPC: url }
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('error', error => { console.error(`could not run ${command}: ${error.message}`); stop(127) })
  child.on('exit', code => stop(code ?? 1))
}

main().catch(error => {
  console.error('the IPFS node did not start:', error)
  process.exit(1)
})
