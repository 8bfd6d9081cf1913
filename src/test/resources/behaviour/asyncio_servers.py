# An asyncio server with two hundred clients at once, each sending many messages; threads serve HTTP beside it.
import asyncio
import hashlib
import http.server
import threading
import urllib.request


async def serve(reader, writer):
    while line := await reader.readline():
        writer.write(hashlib.sha256(line * 50).hexdigest().encode() + b"\n")
        await writer.drain()
    writer.close()


async def ask(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    for i in range(10):
        writer.write(f"{number} {i} {'x' * (number * 7)}\n".encode())
        answers.append(await reader.readline())
    writer.close()
    return b"".join(answers)


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answers = await asyncio.gather(*(ask(port, number) for number in range(200)))
    print(len(answers), hashlib.sha256(b"".join(answers)).hexdigest())
    server.close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.path.encode() * 5000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


asyncio.run(main())
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
    threading.Thread(target=web.serve_forever).start()
    address = f"http://127.0.0.1:{web.server_port}"
    print([len(urllib.request.urlopen(f"{address}/{'y' * i}").read()) for i in range(20)])
    web.shutdown()
