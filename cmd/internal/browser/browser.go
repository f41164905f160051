// Package browser drives a real Chromium, headless, in tests of pages. One browser
// serves all tests of a program; each test has a profile of its own in it, so that no
// cookie, key or draft of one is seen by another.
//
// Whatever a page complains of fails the test: a script's error, a refused request of
// its own, a violation of its Content-Security-Policy. What a test provokes on purpose
// it allows by [Tab.Allow].
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Patience is how long a test waits for a page to do what it is to do. A slow machine
// under the race detector needs some; what never happens fails all the same.
const Patience = 30 * time.Second

// Tab is one tab of a profile.
type Tab struct {
	context.Context
	t   testing.TB
	own cdp.BrowserContextID

	mu       sync.Mutex
	within   string // the only server that may be asked for anything
	allowed  []string
	troubles []string
}

// shared is the browser of this program, started when the first test asks for it.
var shared struct {
	once sync.Once
	ctx  context.Context
	stop context.CancelFunc
	dir  string
	err  error
}

// Stop ends the browser; a TestMain calls it after its tests.
func Stop() {
	if shared.stop != nil {
		shared.stop()
		os.RemoveAll(shared.dir)
	}
}

func start() {
	shared.dir, shared.err = os.MkdirTemp("", "browser-")
	if shared.err != nil {
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(shared.dir), chromedp.WindowSize(1440, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-features", "site-per-process,Translate,BlinkGenPropertyTrees,PreloadTopChromeWebUI"), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "zh-CN"),
		chromedp.WSURLReadTimeout(Patience))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	shared.ctx, shared.stop = ctx, func() { cancel(); stop() }
	shared.err = chromedp.Run(ctx)
}

// Open opens a tab with a profile of its own. Without Chromium the test is skipped, in
// CI it fails.
func Open(t testing.TB) *Tab {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is missing: apt-get install chromium fonts-noto-cjk")
		}
		t.Skip("chromium is missing: apt-get install chromium fonts-noto-cjk")
	}
	shared.once.Do(start)
	if shared.err != nil {
		t.Fatalf("start chromium: %v", shared.err)
	}
	own, id, err := profile()
	if err != nil {
		t.Fatalf("open a profile: %v", err)
	}
	ctx, stop := chromedp.NewContext(shared.ctx, chromedp.WithTargetID(id))
	tab := &Tab{Context: ctx, t: t, own: own}
	chromedp.ListenTarget(ctx, tab.hear)
	if err := chromedp.Run(ctx, log.Enable(), runtime.Enable()); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	t.Cleanup(func() {
		stop()
		if err := target.DisposeBrowserContext(own).Do(executor()); err != nil {
			t.Errorf("close a profile: %v", err)
		}
		tab.mu.Lock()
		defer tab.mu.Unlock()
		for _, trouble := range tab.troubles {
			t.Errorf("the page complains: %s", trouble)
		}
	})
	return tab
}

// executor is the browser itself, of no tab.
func executor() context.Context {
	return cdp.WithExecutor(shared.ctx, chromedp.FromContext(shared.ctx).Browser)
}

// profile makes a profile with an empty tab in a window of its own: without a window a
// new profile has no place for a tab.
func profile() (cdp.BrowserContextID, target.ID, error) {
	own, err := target.CreateBrowserContext().Do(executor())
	if err != nil {
		return "", "", err
	}
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(own).WithNewWindow(true).Do(executor())
	return own, id, err
}

// Allow takes complaints that hold a text as expected.
func (b *Tab) Allow(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, text)
}

// Within lets pages ask one server for things and no other, as where the network is cut
// off from everything else: a request elsewhere fails the test, answered or not.
func (b *Tab) Within(origin string) {
	b.t.Helper()
	b.mu.Lock()
	b.within = origin
	b.mu.Unlock()
	b.Do(network.Enable())
}

// hear keeps what a page complains of.
func (b *Tab) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.trouble(e.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Source == log.SourceSecurity || e.Entry.Source == log.SourceViolation && strings.Contains(e.Entry.Text, "Content Security Policy") {
			b.trouble(e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		b.mu.Lock()
		within := b.within
		b.mu.Unlock()
		url := e.Request.URL
		if within != "" && !strings.HasPrefix(url, within+"/") && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "blob:"+within) && !strings.HasPrefix(url, "about:") {
			b.trouble("a request to another server: " + url)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeAssert {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			b.trouble(strings.Join(words, " "))
		}
	}
}

func (b *Tab) trouble(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.allowed {
		if strings.Contains(text, a) {
			return
		}
	}
	b.troubles = append(b.troubles, text)
}

// Do runs actions, all within [Patience]. Where one fails, the test is over, with what
// the page shows then.
func (b *Tab) Do(actions ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.Context, Patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		var at, shows string
		late, cancel := context.WithTimeout(b.Context, Patience)
		defer cancel()
		if err := chromedp.Run(late, chromedp.Location(&at), chromedp.Text("body", &shows, chromedp.ByQuery)); err == nil && len(shows) > 2000 {
			shows = shows[:2000] + "…"
		}
		b.t.Fatalf("%v\nat %s the page shows:\n%s", err, at, shows)
	}
}

// Go goes to an address and waits until the page is loaded.
func (b *Tab) Go(url string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(url))
}

// Text is what the first element that a selector finds shows, once it is visible.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	var text string
	b.Do(again(chromedp.Text(selector, &text, chromedp.ByQuery, chromedp.NodeVisible)))
	return text
}

// again does an action anew where the element that it found was replaced before it was
// done with: a page renews itself when it likes.
func again(a chromedp.Action) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			err := a.Do(ctx)
			if gone, ok := errors.AsType[*cdproto.Error](err); !ok || gone.Code != -32000 || ctx.Err() != nil {
				return err
			}
		}
	})
}

// Eval evaluates an expression in the page, waits where it is a promise, and puts what
// it gives into out, unless that is nil.
func (b *Tab) Eval(expression string, out any) {
	b.t.Helper()
	b.Do(chromedp.Evaluate(expression, out, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
		return p.WithAwaitPromise(true).WithAllowUnsafeEvalBlockedByCSP(false) // the page's policy holds for what a test evaluates in it
	}))
}

// Until waits until an expression is true in the page, or in the one that it leads to.
func (b *Tab) Until(expression string) {
	b.t.Helper()
	b.Do(chromedp.ActionFunc(func(ctx context.Context) error {
		for {
			var is bool
			err := chromedp.Evaluate("Boolean("+expression+")", &is).Do(ctx)
			if err == nil && is {
				return nil
			}
			select { // between two pages there is none to ask
			case <-ctx.Done():
				return fmt.Errorf("never so: %s: %w", expression, errors.Join(ctx.Err(), err))
			case <-time.After(20 * time.Millisecond):
			}
		}
	}))
}

// Click clicks the first element that a selector finds, once it is visible.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.Do(again(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible)))
}

// Fill puts a value into a field, as if it were typed.
func (b *Tab) Fill(selector, value string) {
	b.t.Helper()
	b.Do(chromedp.WaitVisible(selector, chromedp.ByQuery),
		chromedp.Evaluate(fmt.Sprintf(`{const f=document.querySelector(%q);f.focus();f.value=%q;f.dispatchEvent(new Event("input",{bubbles:true}));f.dispatchEvent(new Event("change",{bubbles:true}))}`, selector, value), nil))
}

// Press presses keys where the focus is, such as kb.Tab, or types a text.
func (b *Tab) Press(keys string) {
	b.t.Helper()
	b.Do(chromedp.KeyEvent(keys))
}

// Tabs presses Tab until the focus is on what a selector finds, and fails where it never
// comes there: a page is to be gone through without a mouse.
func (b *Tab) Tabs(selector string) {
	b.t.Helper()
	for range 120 {
		b.Press(kb.Tab)
		var there bool
		b.Eval(fmt.Sprintf(`document.activeElement !== null && document.activeElement.matches(%q)`, selector), &there)
		if there {
			return
		}
	}
	b.t.Fatalf("the Tab key never leads to %s", selector)
}

// Choose gives files to a file field.
func (b *Tab) Choose(selector string, files ...string) {
	b.t.Helper()
	b.Do(chromedp.SetUploadFiles(selector, files, chromedp.ByQuery))
}

// Size makes the window as wide and high as a screen, or a phone.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, height))
}

// Shoot takes a picture of the whole page and keeps it as name.png in the folder that
// DUCHA_SCREENSHOTS names, if any. It gives the picture.
func (b *Tab) Shoot(name string) []byte {
	b.t.Helper()
	var png []byte
	b.Do(chromedp.FullScreenshot(&png, 100))
	if dir := os.Getenv("DUCHA_SCREENSHOTS"); dir != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	return png
}

// View takes a picture of what the window shows.
func (b *Tab) View() []byte {
	b.t.Helper()
	var png []byte
	b.Do(chromedp.CaptureScreenshot(&png))
	return png
}

// Print is the page as it is printed, a PDF; its own @page decides the paper.
func (b *Tab) Print() []byte {
	b.t.Helper()
	var pdf []byte
	b.Do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = page.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(true).Do(ctx)
		return err
	}))
	return pdf
}

// Downloads keeps what the tab saves in a folder, and gives the folder.
func (b *Tab) Downloads() string {
	b.t.Helper()
	dir := b.t.TempDir()
	b.Do(chromedp.ActionFunc(func(context.Context) error {
		return browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(dir).WithBrowserContextID(b.own).Do(executor())
	}))
	return dir
}
