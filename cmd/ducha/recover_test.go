package main

import (
	"os"
	"path/filepath"
	"testing"

	"ducha/cmd/internal/node"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// block is the store's file of a ledger.
func block(t *testing.T, data string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "store", "jetstream", "$G", "streams", "*", "msgs", "*.blk"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	return names[0]
}

func damage(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(path, data, 0o600))
}

// What an operator does who finds the store damaged: every command says what the
// next one is.
func TestADamagedStoreIsRecovered(t *testing.T) {
	dir := t.TempDir()
	data, copied := filepath.Join(dir, "ledger"), filepath.Join(dir, "copy")
	ducha(t, 0, "init", "--data", data)
	assert.Contains(t, ducha(t, 0, "fsck", "--data", data), "核对无误")
	assert.Contains(t, ducha(t, 0, "archive", "sync", copied, "--data", data), "副本")
	assert.Contains(t, ducha(t, 0, "archive", "verify", "--from", copied, "--data", data), "日志核验无误")

	damage(t, block(t, data))
	said := ducha(t, 1, "fsck", "--data", data)
	assert.Contains(t, said, "store.block")
	assert.Contains(t, said, "ducha recover --data "+data)
	assert.Contains(t, ducha(t, 20, "status", "--data", data), "ducha recover")
	assert.Contains(t, ducha(t, 20, "archive", "rebuild", "--data", data), "ducha recover")
	said = ducha(t, 0, "recover", "--data", data, "--reason", "磁盘坏块。")
	assert.Contains(t, said, "全部在案")
	assert.Contains(t, said, "store.damaged-")
	assert.Contains(t, ducha(t, 0, "tail", "--data", data), "磁盘坏块。")
	assert.Contains(t, ducha(t, 0, "rebuild", "--data", data), "一致")
	assert.Contains(t, ducha(t, 0, "fsck", "--data", data), "核对无误")

	// The archive, too, is damaged: from the copy.
	require.NoError(t, os.RemoveAll(node.ArchiveDir(data)))
	require.NoError(t, os.RemoveAll(data+"/archive.state"))
	require.NoError(t, os.RemoveAll(filepath.Join(data, "store")))
	assert.Contains(t, ducha(t, 20, "recover", "--data", data), "--from")
	assert.Contains(t, ducha(t, 20, "recover", "--data", data, "--from", copied, "--lang", "en"), "nowhere to be found", "the copy is from before the last record")
	said = ducha(t, 0, "recover", "--data", data, "--from", copied, "--accept-loss")
	assert.Contains(t, said, "缺失:第")
	assert.Contains(t, ducha(t, 0, "tail", "--data", data), "lost=1")
	var r node.Report
	out, _ := run(t, "", 0, "fsck", "--data", data, "--json")
	decode(t, out, &r)
	assert.Empty(t, r.Findings)
}

func TestABackupGoesToAnotherMachine(t *testing.T) {
	dir := t.TempDir()
	data, file, to := filepath.Join(dir, "ledger"), filepath.Join(dir, "b.tar"), filepath.Join(dir, "to")
	ducha(t, 0, "init", "--data", data)
	s := serve(t, data) // the server runs meanwhile
	assert.Contains(t, ducha(t, 0, "backup", file, "--data", data), "服务在运行")
	receipts := filepath.Join(dir, "receipts")
	require.NoError(t, os.Mkdir(receipts, 0o700))
	s.kill()
	assert.Contains(t, ducha(t, 13, "backup", file, "--data", data), "不覆盖已有文件")
	assert.Contains(t, ducha(t, 14, "restore", file, "--data", to), "--key")
	assert.Contains(t, ducha(t, 11, "restore", file, "--data", to, "--key", node.KeyFile(data, "root")), "台账密钥")
	assert.Contains(t, ducha(t, 0, "restore", file, "--data", to, "--key", node.LedgerKeyFile(data)), "全部在案")
	assert.Contains(t, ducha(t, 13, "restore", file, "--data", to, "--key", node.LedgerKeyFile(data)), "须为空目录")
	assert.Contains(t, ducha(t, 0, "fsck", "--data", to), "核对无误")
	assert.Contains(t, ducha(t, 0, "tail", "--data", to), "自备份还原")
	ducha(t, 2, "fsck", "--data", to, "--receipts", receipts)

	damage(t, file)
	assert.Contains(t, ducha(t, 20, "restore", file, "--data", filepath.Join(dir, "no"), "--key", node.LedgerKeyFile(data)), "备份须完好")
	assert.NoDirExists(t, filepath.Join(dir, "no"))
	for _, c := range []string{"recover", "fsck"} {
		ducha(t, 2, c)
	}
}

// A log over the network is copied by its verifier key alone.
func TestALogIsCopiedFromAServer(t *testing.T) {
	s, _ := demo(t)
	dir := t.TempDir()
	vkey, err := s.client().Log("").Key(t.Context())
	require.NoError(t, err)
	key := filepath.Join(dir, "vkey")
	require.NoError(t, os.WriteFile(key, []byte(vkey+"\n"), 0o600))
	copied := filepath.Join(dir, "copy")
	assert.Contains(t, ducha(t, 0, "archive", "sync", copied, "--from", s.base+"/tlog/", "--key", key), "条,根")
	assert.Contains(t, ducha(t, 0, "archive", "verify", "--from", copied, "--key", key), "日志核验无误")
	damage(t, filepath.Join(copied, "tile", "entries", "000"))
	assert.Contains(t, ducha(t, 1, "archive", "verify", "--from", copied, "--key", key), "archive.bundle")
}
