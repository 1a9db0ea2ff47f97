import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionSettings } from "./connection-settings.ts";

const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;

/**
 * Asks the server to cancel the running statement of a session, over a connection of its own as the protocol wants it. Resolves when the
 * server has closed that connection (it has signalled the backend by then), or after `limitMs`: a cancel is a courtesy, and the
 * caller gives the session up whether it arrives or not.
 *
 * @param encrypted whether the session itself is encrypted: servers and proxies that insist on TLS do so here too
 */
export function sendCancelRequest(
  settings: ConnectionSettings,
  key: { processId: number; secretKey: number },
  encrypted: boolean,
  limitMs = 2000,
): Promise<void> {
  return new Promise((resolve) => {
    const socket = settings.host.startsWith("/")
      ? connectPlain(`${settings.host}/.s.PGSQL.${settings.port}`)
      : connectPlain(settings.port, settings.host);
    let secure: Socket | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      secure?.destroy();
      socket.destroy();
      resolve();
    };
    const timer = setTimeout(finish, limitMs);
    socket.on("error", finish).on("close", finish);
    socket.once("connect", () => {
      if (!encrypted) {
        socket.write(cancelMessage(key));
        return;
      }
      socket.write(words(8, SSL_REQUEST));
      socket.once("data", (answer) => {
        if (answer[0] !== 0x53) return finish();
        const name = /^[\d.]+$|:/.test(settings.host) ? {} : { servername: settings.host };
        secure = connectTls({ ...settings.encryption.tls, ...name, socket, host: settings.host });
        secure.on("error", finish).on("close", finish);
        secure.once("secureConnect", () => secure?.write(cancelMessage(key)));
      });
    });
    // The server answers nothing; reading lets the socket notice that it was closed.
    if (!encrypted) socket.resume();
  });
}

function cancelMessage({ processId, secretKey }: { processId: number; secretKey: number }): Buffer {
  return words(16, CANCEL_REQUEST, processId, secretKey);
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) buffer.writeInt32BE(value, index * 4);
  return buffer;
}
