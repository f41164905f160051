package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ducha/cmd/internal/api"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// openssl makes a key and an authority's certificate of it in a folder: key.pem,
// pub.pem and chain.pem.
func openssl(t *testing.T, algorithm, name string) (dir string) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("openssl is not installed: in CI it must be")
		}
		t.Skip("openssl is not installed")
	}
	dir = t.TempDir()
	var sm2 []string
	if algorithm == "SM2" {
		sm2 = []string{"-sm3", "-sigopt", "distid:1234567812345678"}
	}
	sign := []string{"x509", "-req", "-in", "unit.csr", "-CA", "ca.crt", "-CAkey", "ca.pem", "-set_serial", "0x77", "-days", "30", "-out", "unit.crt"}
	if algorithm == "SM2" {
		sign = append(append(sign, sm2...), "-vfyopt", "distid:1234567812345678")
	}
	for _, args := range [][]string{
		{"genpkey", "-algorithm", algorithm, "-out", "ca.pem"},
		append([]string{"req", "-x509", "-key", "ca.pem", "-days", "3650", "-utf8", "-subj", "/C=CN/O=测试认证机构/CN=测试根", "-out", "ca.crt"}, sm2...),
		{"genpkey", "-algorithm", algorithm, "-out", "key.pem"},
		{"pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem"},
		append([]string{"req", "-new", "-key", "key.pem", "-utf8", "-subj", "/C=CN/O=" + name + "/CN=刘晓红", "-out", "unit.csr"}, sm2...),
		sign,
	} {
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "openssl %s\n%s", strings.Join(args, " "), out)
	}
	chain := append(read(t, filepath.Join(dir, "unit.crt")), read(t, filepath.Join(dir, "ca.crt"))...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "chain.pem"), chain, 0o644))
	return dir
}

// list makes the authority's revocation list, once it has taken back what is named.
func list(t *testing.T, dir, algorithm, out string, revoke ...string) string {
	t.Helper()
	config := "[ca]\ndefault_ca=a\n[a]\ndatabase=index\ncrlnumber=crlnumber\ncertificate=ca.crt\nprivate_key=ca.pem\ndefault_md=default\ndefault_crl_days=7\n"
	flags := []string{"-config", "ca.cnf"}
	if algorithm == "SM2" {
		flags = append(flags, "-md", "sm3", "-sigopt", "distid:1234567812345678")
	}
	for name, text := range map[string]string{"ca.cnf": config, "index": "", "crlnumber": "01\n"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
	}
	var commands [][]string
	for _, name := range revoke {
		commands = append(commands, append([]string{"ca", "-revoke", name}, flags...))
	}
	for _, args := range append(commands, append([]string{"ca", "-gencrl", "-out", out}, flags...)) {
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		got, err := cmd.CombinedOutput()
		require.NoError(t, err, "openssl %s\n%s", strings.Join(args, " "), got)
	}
	return filepath.Join(dir, out)
}

// says drafts a statement, signs and submits it.
func (o *office) says(want int, key string, args ...string) string {
	o.t.Helper()
	statement, _ := run(o.t, "", 0, append([]string{"statement", "new", "--server", o.base}, args...)...)
	envelope, _ := run(o.t, statement, 0, "statement", "sign", "--key", key)
	out, errs := run(o.t, envelope, want, "statement", "submit", "--server", o.base)
	return out + errs
}

// Trap 12: a unit brings a certificate that stock openssl made; it is on record
// with its status, each statement shows how it stood, and the exported trail says so offline.
func TestTrap12CertificatesOfOpenSSL(t *testing.T) {
	o := newOffice(t, t.TempDir(), "units/ggb")
	for algorithm, unit := range map[string]struct{ id, name, task string }{"SM2": {"sfj", "市司法局", "T08"}, "Ed25519": {"kjj", "市科技局", "T09"}} {
		t.Run(algorithm, func(t *testing.T) {
			dir := openssl(t, algorithm, unit.name)
			at := func(name string) string { return filepath.Join(dir, name) }
			enrol := func(want int, certificate string) string {
				return o.says(want, o.key, "key.enrolled", "--as", o.party, "--unit", unit.id, "party=units/"+unit.id, "public_key=@"+at("pub.pem"), "holder=刘晓红", "certificate=@"+at(certificate))
			}
			assert.Contains(t, enrol(13, "ca.crt"), "[certificate.key", "the authority's own is not the unit's")
			enrol(0, "chain.pem")
			log := func(want int, words string) string {
				return o.says(want, at("key.pem"), "dispatch.logged", "--as", "units/"+unit.id, "--task", unit.task, "on=2026-01-05", "summary="+words)
			}
			log(0, "日常调度。")
			var keys api.Keys
			decode(t, first(run(t, "", 0, "key", "list", "--json", "--server", o.base)), &keys)
			key := keys.Keys[len(keys.Keys)-1]
			require.NotNil(t, key.Certificate)
			assert.Equal(t, "CN=刘晓红,O="+unit.name+",C=CN", key.Certificate.Subject)
			o.says(0, o.key, "certificate.checked", "--as", o.party, "--unit", unit.id, "key="+string(key.Key), "status=good", "checked=2026-01-06", "source=CRL")
			log(0, "再次调度。")
			// The office looks the authority's list up, and signs for what it found.
			check := []string{"key", "check", "--ca", at("ca.crt"), "--server", o.base, "--crl"}
			clean := list(t, dir, algorithm, "clean.crl")
			assert.Contains(t, ducha(t, 0, append(check, clean)...), "有效")
			revoked := list(t, dir, algorithm, "revoked.crl", "unit.crt")
			out, _ := run(t, "", 0, append(check, revoked, "--as", o.party, "--key", o.key)...)
			assert.Contains(t, out, "已吊销")
			other := openssl(t, algorithm, "别处")
			assert.Contains(t, ducha(t, 70, append(check[:3:3], filepath.Join(other, "ca.crt"), "--server", o.base, "--crl", revoked)...), "signed the revocation list")
			assert.Contains(t, log(12, "证书已吊销。"), "[signer.certificate")

			out, _ = run(t, "", 0, "replay", unit.task, "--server", o.base)
			assert.Contains(t, out, "证书状态未查询")
			assert.Contains(t, out, "证书有效(2026-01-06 查询)")
			assert.Contains(t, first(run(t, "", 0, "key", "list", "--server", o.base)), "CN=测试根,O=测试认证机构,C=CN")
			trail := filepath.Join(dir, "trail.zip")
			run(t, "", 0, "export", unit.id, "-o", trail, "--server", o.base)
			out, _ = run(t, "", 0, "verify", trail, "--ca", at("ca.crt"))
			assert.NotContains(t, out, "--ca")
			ducha(t, exitUsage, "verify", trail, "--ca", at("key.pem"))
			out, _ = run(t, "", 0, "verify", trail)
			assert.Contains(t, out, "证书的签发者未经核对")
			assert.Contains(t, out, "证书 CN=刘晓红,O="+unit.name+",C=CN,签发 CN=测试根,O=测试认证机构,C=CN,序列号 77")
			assert.Contains(t, out, "状态未查询 1 条、有效 1 条")
		})
	}
}
