import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type Received = { from: string; to: string; headers: Record<string, string>; text: string };

export type SmtpDouble = {
  url: string;
  mails: Received[];
  /** Answers the next letters with this instead of taking them. */
  refuse: string | undefined;
  /** How many it has refused. */
  refused: number;
  close(): Promise<void>;
};

function parse(from: string, to: string, raw: string): Received {
  const [head = '', ...body] = raw.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const text = body.join('\r\n\r\n').replaceAll('=\r\n', '').replaceAll('=3D', '=');
  return { from, to, headers, text };
}

/** A mail server on loopback that speaks just enough SMTP (RFC 5321), in order, and keeps what it is given. */
export async function smtpDouble(): Promise<SmtpDouble> {
  const mails: Received[] = [];
  const double: SmtpDouble = { url: '', mails, refuse: undefined, refused: 0, close: async () => {} };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    const say = (line: string) => void socket.write(`${line}\r\n`);
    let [buffer, from, to, reading] = ['', '', '', false];
    const command = (line: string): void => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') return say('250 double');
      if (verb === 'MAIL') {
        from = /<(.*?)>/.exec(line)?.[1] ?? '';
        if (double.refuse !== undefined) double.refused += 1;
        return say(double.refuse ?? '250 ok');
      }
      if (verb === 'RCPT' && from !== '') {
        to = /<(.*?)>/.exec(line)?.[1] ?? '';
        return say('250 ok');
      }
      if (verb === 'DATA' && to !== '') {
        reading = true;
        return say('354 go on');
      }
      if (verb === 'RSET') return say('250 ok');
      if (verb === 'QUIT') return void socket.end('221 bye\r\n');
      say('503 not in this order');
    };
    say('220 double');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      buffer += chunk;
      for (;;) {
        const end = buffer.indexOf(reading ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const part = buffer.slice(0, end);
        buffer = buffer.slice(end + (reading ? 5 : 2));
        if (!reading) command(part);
        else {
          mails.push(parse(from, to, part));
          [reading, from, to] = [false, '', ''];
          say('250 taken');
        }
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  double.url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  double.close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return double;
}
