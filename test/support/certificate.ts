import { connect } from 'node:tls';
import { execa } from 'execa';

/** A new certificate for a day and its key, in PEM. */
export async function certificate(): Promise<string> {
	const { stdout } = await execa('openssl', [
		...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
		...['-days', '1', '-subj', '/CN=shop.example', '-keyout', '-', '-out', '-'],
	]);
	return `${stdout}\n`;
}

/** The serial number of the certificate that is served there now; null: none is. */
export function servedSerial(host: string, port: number): Promise<string | null> {
	return new Promise((resolve) => {
		const socket = connect({ host, port, rejectUnauthorized: false }, () => {
			resolve(socket.getPeerCertificate().serialNumber);
			socket.destroy();
		});
		socket.on('error', () => resolve(null));
	});
}
