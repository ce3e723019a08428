time make up || echo "exit $?"
apt-cache policy chromium-browser | head -4
ls -la .venv | head -5; which bwrap
