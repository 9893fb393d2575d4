/** The option `publish`: ports of the host that lead into the sandbox. */
import { SandboxError } from '../../errors/sandbox-error';
import { checkArray, wrongOption } from '../check';
import { checkIp } from './text';

export interface PublishedPort {
  protocol: 'tcp' | 'udp';
  /** Where it can be reached on the host. */
  address: string;
  port: number;
  /** The port inside. */
  inside: number;
}

/** rootlesskit's and docker's words: [ADDRESS:]PORT:INSIDE[/PROTOCOL]. */
const FORM = /^(?:(\[[^\]]+\]|[^:[\]]+):)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/;

export function readPublish(value: unknown, option: string): PublishedPort[] {
  const ports = checkArray(option, value).map((item, index) =>
    readPort(item, `${option}[${index}]`),
  );
  ports.forEach((port, index) => {
    const first = ports.findIndex((other) => isSame(other, port));
    if (first === index) return;
    throw new SandboxError(
      `The options "${option}[${first}]" and "${option}[${index}]" publish the same port twice: ${port.port}/${port.protocol}`,
      { option: `${option}[${index}]` },
    );
  });
  return ports;
}

function readPort(value: unknown, option: string): PublishedPort {
  const [, address = '127.0.0.1', port, inside, protocol = 'tcp'] =
    (typeof value === 'string' && FORM.exec(value)) || [];
  const isPort = (text: string | undefined) => Number(text) >= 1 && Number(text) <= 65_535;
  if (!isPort(port) || !isPort(inside)) {
    throw wrongOption(
      option,
      "[ADDRESS:]PORT:INSIDE[/tcp or /udp], such as '127.0.0.1:8080:80/tcp'",
      value,
    );
  }
  const bare = address.startsWith('[') ? address.slice(1, -1) : address;
  return {
    protocol: protocol as PublishedPort['protocol'],
    // Not "localhost": that is two addresses on one host, one on another.
    address: checkIp(option, bare),
    port: Number(port),
    inside: Number(inside),
  };
}

function isSame(a: PublishedPort, b: PublishedPort): boolean {
  return a.protocol === b.protocol && a.address === b.address && a.port === b.port;
}
