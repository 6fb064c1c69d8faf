/* A filter of our own instead of libseccomp: it is a list of numbers with five kinds of conditions, and the kernel
 * itself remembers the calls without a condition, so their order costs nothing. */
#include "plat/host/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#define RESULT_OF(uc) ((uc)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#define RESULT_OF(uc) ((uc)->uc_mcontext.regs[0])
#endif

#define X32_BIT 0x40000000u /* another numbering of the calls of x86_64 */
#define PROGRAM_MAX 1024

#ifndef LANDLOCK_ACCESS_FS_REFER /* renaming from one folder into another, as a Maildir does */
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#define ACCESS_OF_FILES                                                                                                \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define ACCESS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_WRITE                                                                                                   \
	(ACCESS_READ | ACCESS_OF_FILES | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE                  \
	    | LANDLOCK_ACCESS_FS_REFER)
#define ACCESS_FIRST_VERSION ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1) /* all of the first version */

#ifdef ARCH
enum condition { ANY, OWN, ZERO, FAMILY, MAPPED, DATA, THREAD };

static const struct {
	uint32_t call;
	unsigned roles;
	enum condition condition;
} calls[] = {
#define W CONFINE_WORKER
#define J CONFINE_JOBS
#define D CONFINE_DECODER
#define CALL(name, roles, condition) {__NR_##name, roles, condition},
#include "plat/host/confine.def"
#undef CALL
#undef D
#undef J
#undef W
};

struct program {
	struct sock_filter code[PROGRAM_MAX];
	unsigned short n;
};

static void
put(struct program *p, uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false)
{
	ASSERT(p->n < PROGRAM_MAX);
	p->code[p->n++] = (struct sock_filter){code, if_true, if_false, k};
}

static void
put_load(struct program *p, size_t offset)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* The lower half of an argument, which is all that the kernel reads of those that are checked. */
static void
put_load_argument(struct program *p, unsigned i)
{
	put_load(p, offsetof(struct seccomp_data, args) + sizeof(uint64_t) * i);
}

static void
put_end(struct program *p, uint32_t action)
{
	put(p, BPF_RET | BPF_K, action, 0, 0);
}

static void
put_if_equal(struct program *p, uint32_t value, uint32_t action)
{
	put(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	put_end(p, action);
}

static void
put_if_bit(struct program *p, uint32_t bits, uint32_t action)
{
	put(p, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	put_end(p, action);
}

/* Ends the program in each case. */
static void
put_condition(struct program *p, enum condition condition, uint32_t refuse)
{
	static const uint32_t families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

	switch (condition) {
	case ANY: put_end(p, SECCOMP_RET_ALLOW); return;
	case OWN:
		put_load_argument(p, 0);
		put_if_equal(p, (uint32_t)getpid(), SECCOMP_RET_ALLOW);
		break;
	case ZERO:
		put_load_argument(p, 0);
		put_if_equal(p, 0, SECCOMP_RET_ALLOW);
		break;
	case FAMILY:
		put_load_argument(p, 0);
		for (size_t i = 0; i < ARRAY_LEN(families); i++)
			put_if_equal(p, families[i], SECCOMP_RET_ALLOW);
		break;
	case DATA:
		put_load_argument(p, 2);
		put_if_bit(p, PROT_EXEC, refuse);
		put_end(p, SECCOMP_RET_ALLOW);
		return;
	case MAPPED: /* libraries are mapped executable at once */
		put_load_argument(p, 2);
		put(p, BPF_ALU | BPF_AND | BPF_K, PROT_WRITE | PROT_EXEC, 0, 0);
		put_if_equal(p, PROT_WRITE | PROT_EXEC, refuse);
		put_end(p, SECCOMP_RET_ALLOW);
		return;
	case THREAD:
		put_load_argument(p, 0);
		put_if_bit(p, CLONE_THREAD, SECCOMP_RET_ALLOW);
		break;
	}
	put_end(p, refuse);
}

/* The C library blocks all signals around these, and a trapped call would then be fatal. It falls back to the older
 * call only if the newer one does not exist. */
static void
put_fork(struct program *p, uint32_t refuse)
{
	put_if_equal(p, __NR_clone3, SECCOMP_RET_ERRNO | ENOSYS);
	put_if_equal(p, __NR_clone, refuse);
#ifdef __NR_fork
	put_if_equal(p, __NR_fork, refuse);
	put_if_equal(p, __NR_vfork, refuse);
#endif
}

static void
make_program(struct program *p, enum confine_role role)
{
	uint32_t refuse = role == CONFINE_DECODER ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_TRAP;

	p->n = 0;
	put_load(p, offsetof(struct seccomp_data, arch));
	put(p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	put_end(p, SECCOMP_RET_KILL_PROCESS);
	put_load(p, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
	put(p, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	put_end(p, SECCOMP_RET_ERRNO | ENOSYS);
#endif
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		unsigned short skip;

		if ((calls[i].roles & role) == 0)
			continue;
		skip = p->n;
		put(p, BPF_JMP | BPF_JEQ | BPF_K, calls[i].call, 0, 0);
		put_condition(p, calls[i].condition,
		    calls[i].condition == THREAD ? SECCOMP_RET_ERRNO | EPERM : refuse);
		p->code[skip].jf = (uint8_t)(p->n - skip - 1);
	}
	if (role != CONFINE_DECODER)
		put_fork(p, SECCOMP_RET_ERRNO | EPERM);
	put_end(p, refuse);
}

static void (*confine_refused)(int call);

static void
answer_refused(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	int saved = errno;

	(void)sig;
	if (confine_refused != NULL)
		confine_refused(info->si_syscall);
	errno = saved;
	RESULT_OF(uc) = -EPERM;
}

static bool
give_up_calls(const struct confine *c, struct err *e)
{
	static struct program p;
	struct sock_fprog prog;
	struct sigaction sa = {.sa_sigaction = answer_refused, .sa_flags = SA_SIGINFO};

	make_program(&p, c->role);
	prog = (struct sock_fprog){p.n, p.code};
	confine_refused = c->refused;
	if (c->role != CONFINE_DECODER && sigaction(SIGSYS, &sa, NULL) != 0)
		return err_set(e, ERR_BUG, "SIGSYS: %s", strerror(errno));
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, &prog) == 0
	    || err_set(e, ERR_UPSTREAM, "seccomp: %s", strerror(errno));
}
#else
static bool
give_up_calls(const struct confine *c, struct err *e)
{
	(void)c;
	return err_set(e, ERR_UPSTREAM, "seccomp: no filter is known for this kind of processor");
}
#endif

static bool
keep_folder(int rules, const struct confine_folder *f, uint64_t handled, struct err *e)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = f->write ? ACCESS_WRITE : ACCESS_READ};
	struct stat st;
	bool ok;

	rule.parent_fd = open(f->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return true;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= ACCESS_OF_FILES;
	rule.allowed_access &= handled;
	ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0
	     || err_set(e, ERR_UPSTREAM, "Landlock, %s: %s", f->path, strerror(errno));
	close(rule.parent_fd);
	return ok;
}

static long
landlock_version(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool
confine_landlock(void)
{
	return landlock_version() >= 1;
}

static bool
give_up_files(const struct confine *c, struct err *e)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = ACCESS_FIRST_VERSION};
	long version = landlock_version();
	int rules;
	bool ok = true;

	if (version < 1)
		return err_set(e, ERR_UPSTREAM, "Landlock: %s", strerror(errno));
	if (version >= 2)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
	rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return err_set(e, ERR_UPSTREAM, "Landlock: %s", strerror(errno));
	for (size_t i = 0; i < c->n_folders && ok; i++)
		ok = keep_folder(rules, &c->folders[i], attr.handled_access_fs, e);
	ok = ok && (syscall(SYS_landlock_restrict_self, rules, 0) == 0
		    || err_set(e, ERR_UPSTREAM, "Landlock: %s", strerror(errno)));
	close(rules);
	return ok;
}

unsigned
confine(const struct confine *c, struct err *e)
{
	unsigned got = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		(void)err_set(e, ERR_UPSTREAM, "NoNewPrivs: %s", strerror(errno));
		return 0;
	}
	if (give_up_files(c, e))
		got |= CONFINE_LANDLOCK;
	if (give_up_calls(c, e))
		got |= CONFINE_SECCOMP;
	return got;
}
