import { connect, type AddressInfo, createServer, type Socket } from 'node:net';

/** A door in front of a server: open, or shut (its connections are cut, new ones too). */
export type TcpGate = {
  host: string;
  /** Connections it has refused since it was shut. */
  refused: number;
  open(): void;
  /** Cuts with an orderly end, or with a reset, as a host that goes away. */
  shut(how?: 'end' | 'reset'): void;
  close(): Promise<void>;
};

export async function tcpGate(target: { host: string; port: number }): Promise<TcpGate> {
  let shut = false;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const cut = (how: 'end' | 'reset') =>
    sockets.forEach((socket) => (how === 'end' ? socket.destroy() : socket.resetAndDestroy()));
  const server = createServer((near) => {
    keep(near);
    if (shut) {
      gate.refused += 1;
      return near.destroy();
    }
    const far = connect(target);
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    return near;
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const gate: TcpGate = {
    refused: 0,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    open() {
      shut = false;
    },
    shut(how = 'end') {
      gate.refused = 0;
      shut = true;
      cut(how);
    },
    async close() {
      cut('end');
      await new Promise<unknown>((resolve) => server.close(resolve));
    },
  };
  return gate;
}
