import asyncio, time, statistics as st
import pytest
from tests.gateway.conftest import *
from tests.gateway.grid import Grid
from apps.gateway import entrance, application
from apps.access import rates
import structlog
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from apps.pools.models import Pool
@pytest.mark.parametrize("n",[60])
async def test_measure(grid, n, settings):
    c0=time.process_time()
    import dataclasses
    settings.GRID = dataclasses.replace(settings.GRID, claim_rate=100000, claim_rate_ip=100000)
    await Pool.objects.filter(pk=grid.pool.pk).aupdate(max_concurrency=1000,max=1000)
    await grid.warm(n*2+6)
    hop=[]; 
    orig=application.claim
    def timed(*a):
        t=time.thread_time(); r=orig(*a); hop.append(time.thread_time()-t); return r
    application.claim=timed
    total=[]
    for _ in range(n):
        t=time.perf_counter()
        async with grid.connect("/connect"):
            total.append(time.perf_counter()-t)
    print("process CPU per ws cycle ms p50", (time.process_time()-c0)*1e3/n)
    get=[]
    for _ in range(n):
        t=time.perf_counter(); _=await raw(grid); get.append(time.perf_counter()-t)
    application.claim=orig
    def q():
        from apps.gateway.request import read
        with CaptureQueriesContext(connection) as c:
            from apps.gateway.credentials import Shown, known_by_token
            k=known_by_token(Shown(grid.token)); a=len(c)
            t0=time.perf_counter()
            from apps.gateway.claiming import begin, Wish
            s=begin(Wish(k.actor, entrance.SessionOptions())); b=len(c); t1=time.perf_counter()
            ad=entrance.admit(k, s.usable, grid.gateway.resident._process); d=len(c); t2=time.perf_counter()
        for x in c.captured_queries: print(x["time"], x["sql"][:150])
        print("queries auth",a,"claim",b-a,"admit",d-b, t1-t0, t2-t1)
        from apps.access.rates import count, Rate
        ts=[]
        for i in range(50):
            t=time.perf_counter(); count([Rate("token","x",100000),Rate("address","y",100000)]); ts.append(time.perf_counter()-t)
        print("rates", st.median(ts)*1e3)
    await sync_to_async(q)()
    p=lambda l: (round(st.median(l)*1e3,2), round(sorted(l)[int(len(l)*.95)]*1e3,2))
    print("WS hop p50/p95 ms",p(hop),"total to 101",p(total),"GET",p(get))
async def raw(grid):
    r,w=await asyncio.open_connection("127.0.0.1",grid.port)
    w.write(f"GET /connect/json/version?token={grid.token} HTTP/1.1\r\nHost: localhost:{grid.port}\r\nConnection: close\r\n\r\n".encode())
    d=await r.read(); assert b"200 OK" in d[:20], d
    w.close()
