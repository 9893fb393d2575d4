import { type Agent, ns } from 'ns-jest';

/** An agent in a network namespace of its own, where loopback is up. */
export function netAgent(): Agent {
  const agent = ns.agent({ unshare: ['net'] });
  agent.network.up('lo');
  return agent;
}

/** Two agents in network namespaces of their own, joined by a veth pair: `left` and `right`. */
export function joined(): { left: Agent; right: Agent } {
  const left = netAgent();
  const right = netAgent();
  left.network.add({
    kind: 'veth',
    name: 'left',
    peer: { name: 'right', namespace: { agent: right } },
  });
  return { left, right };
}

/** The same, up and with addresses of a prefix such as `10.1.0.` or `fd00::`. */
export function connected(prefix = '10.1.0.'): { left: Agent; right: Agent } {
  const { left, right } = joined();
  const length = prefix.includes(':') ? 64 : 24;
  left.network.addAddress('left', `${prefix}1/${length}`);
  right.network.addAddress('right', `${prefix}2/${length}`);
  left.network.up('left');
  right.network.up('right');
  return { left, right };
}

export function names(agent: Agent): string[] {
  return agent.network
    .links()
    .map(({ name }) => name)
    .sort();
}
