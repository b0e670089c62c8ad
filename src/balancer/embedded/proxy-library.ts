/** All that is used of the library: what is bundled with it is a file of its own that only a load balancer's process loads. */
export { createProxyServer, type ProxyServer } from 'httpxy';
