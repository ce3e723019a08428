import pytest, time, os, signal
from pathlib import Path
from tests.reconciler.installation import Installation, restart_again_and_again
import tests.support.node as N
def dbg(tree, seconds):
    t=time.time()
    while time.time()-t<12:
        left=[]
        for p in tree:
            try:
                st=open(f"/proc/{p.pid}/stat").read().rsplit(")",1)[1].split()
                if int(st[19])==p.started: left.append((p.pid,st[0],st[1],open(f"/proc/{p.pid}/cmdline").read().replace("\0"," ")[:140], open(f"/proc/{p.pid}/wchan").read()))
            except OSError: pass
        if not left: return True
        time.sleep(0.05)
    print("LEFT", left, flush=True)
    for l in left:
        os.system(f"ps -o pid,ppid,stat,lstart,args -p {l[0]}; ps -o pid,ppid,stat,args -p {l[2]}; cat /proc/{l[0]}/status | head -12; date")
    return False
@pytest.mark.timeout(500)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed",[7,8,9,10])
def test_x(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(N, "wait_gone_now", dbg)
    with Installation(tmp_path) as i:
        restart_again_and_again(i, 10, seed)
