/* SPDX-License-Identifier: Apache-2.0
 *
 * A C program that embeds CPython, in the ways that programs do. What it prints is the same with and without Panamem.
 *
 *   embed [--count] SCENARIO [NUMBER]
 */
#include "host.h"

#include <pthread.h>
#include <stdio.h>

/* ---- Init cycles ------------------------------------------------------------------------------------------------------------- */

static const char *const work =
    "import json, re, threading\n"
    "class Node:\n"
    "    def __init__(self, value): self.value, self.me = value, self\n"
    "nodes = [Node(str(i)) for i in range(20000)]\n"
    "lines = []\n"
    "threads = [threading.Thread(target=lambda n=n: lines.append(len(json.dumps(list(range(n)))))) for n in (10, 5000)]\n"
    "for thread in threads: thread.start()\n"
    "for thread in threads: thread.join()\n"
    "print(len(nodes), sorted(lines), len(bytes(100000)), re.sub('[aeiou]', '', 'embedded'), flush=True)\n";

static void runs(const char *code) {
  host_requires(PyRun_SimpleString(code) == 0, "Python runs it");
}

static void initialize_from_config(void) {
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  config.install_signal_handlers = 0;
  host_requires(!PyStatus_Exception(Py_InitializeFromConfig(&config)), "Py_InitializeFromConfig");
  PyConfig_Clear(&config);
}

static void initialize_from_init_config(void) {
#if PY_VERSION_HEX >= 0x030E0000
  PyInitConfig *config = PyInitConfig_Create();
  host_requires(PyInitConfig_SetInt(config, "use_environment", 1) == 0, "use_environment");
  host_requires(Py_InitializeFromInitConfig(config) == 0, "Py_InitializeFromInitConfig");
  PyInitConfig_Free(config);
#else
  Py_InitializeEx(0);
#endif
}

/* CPython has four ways to begin a cycle; in the last one it ends it as well. */
static void one_cycle(int way) {
  char *arguments[] = {"embed", "-c", (char *)work, NULL};
  switch (way) {
    case 0:
      Py_Initialize();
      break;
    case 1:
      Py_InitializeEx(0);
      break;
    case 2:
      initialize_from_config();
      break;
    case 3:
      initialize_from_init_config();
      break;
    default:
      host_requires(Py_BytesMain(3, arguments) == 0, "Py_BytesMain");
      return;
  }
  runs(work);
  host_requires(Py_FinalizeEx() == 0, "Py_FinalizeEx");
}

/* Blocks of one cycle are freed in the next one, and after all of them. */
static void cycles(int count, bool pre_initialize) {
  wchar_t *name = NULL;
  void *kept = NULL;
  struct host_use early = {0, 0};
  for (int i = 0; i < count; i++) {
    if (pre_initialize) {
      host_pre_initialize();
    }
    one_cycle(i % 5);
    PyMem_RawFree(kept);
    kept = PyMem_RawMalloc(1000);
    if (name == NULL) {
      name = Py_DecodeLocale("embedded", NULL);
    }
    host_tells_what_is_alive("after a cycle");
    host_checks();
    if (i == count / 4) {
      early = host_use();
    }
  }
  struct host_use late = host_use();
  uint64_t leaked = late.live_blocks > early.live_blocks ? late.live_blocks - early.live_blocks : 0; /* CPython's own */
  host_requires(late.committed_bytes <= early.committed_bytes + (1 << 20) + leaked * 16384, "nothing grows");
  PyMem_RawFree(kept);
  PyMem_RawFree(name);
  host_checks();
  printf("done\n");
}

static void scenario_cycles(int count) {
  cycles(count, true);
}

/* Nobody installs anything but the preload library. */
static void scenario_bare_cycles(int count) {
  cycles(count, false);
}

static void begins(void) {
  host_pre_initialize();
  initialize_from_config();
}

/* ---- Late frees ------------------------------------------------------------------------------------------------------------------ */

static void *late_block;

static void late_work(const char *where) {
  late_block = PyMem_RawRealloc(late_block, 70000);
  void *other = PyMem_RawCalloc(10, 10);
  host_requires(late_block != NULL && other != NULL && strcmp(late_block, "late") == 0, where);
  PyMem_RawFree(other);
  printf("%s: %s\n", where, (char *)late_block);
  PyMem_RawFree(late_block);
  late_block = PyMem_RawMalloc(5);
  strcpy(late_block, "late");
}

static void before_python(void) {
  late_work("atexit, registered before Python began");
}

static void after_python(void) {
  late_work("atexit, registered while Python ran");
}

__attribute__((destructor)) static void at_unload(void) {
  if (late_block != NULL) {
    late_work("destructor");
    PyMem_RawFree(late_block);
    fflush(stdout);
  }
}

static void scenario_late(int finalizes) {
  atexit(before_python);
  begins();
  atexit(after_python);
  runs("import atexit\natexit.register(print, 'atexit of Python, first')\natexit.register(print, 'and second')");
  late_block = PyMem_RawMalloc(5);
  strcpy(late_block, "late");
  if (finalizes) {
    host_requires(Py_FinalizeEx() == 0, "Py_FinalizeEx");
  }
}

/* ---- Other ends ------------------------------------------------------------------------------------------------------------------ */

static void scenario_run_main(int status) {
  char code[200];
  snprintf(code, sizeof code, "import atexit, sys; atexit.register(print, 'ends'); print(sys.argv); sys.exit(%d)", status);
  char *arguments[] = {"embed", "-c", code, "argument"};
  host_pre_initialize();
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  host_requires(!PyStatus_Exception(PyConfig_SetBytesArgv(&config, 4, arguments)), "PyConfig_SetBytesArgv");
  host_requires(!PyStatus_Exception(Py_InitializeFromConfig(&config)), "Py_InitializeFromConfig");
  PyConfig_Clear(&config);
  exit(Py_RunMain());
}

static void scenario_never_finalized(int daemon) {
  begins();
  runs(work);
  if (daemon) {
    runs("import threading\n"
         "def work():\n"
         "    while True: [str(i) for i in range(1000)]\n"
         "threading.Thread(target=work, daemon=True).start()\n");
    PyEval_SaveThread();
  }
}

static void scenario_os_exit(int status) {
  char code[100];
  begins();
  snprintf(code, sizeof code, "import os\nprint('leaves', flush=True)\nos._exit(%d)", status);
  runs(code);
}

/* ---- Interpreters with a GIL of their own ------------------------------------------------------------------------------------ */

#if PY_VERSION_HEX >= 0x030C0000

#define ROUNDS 2

static pthread_barrier_t together;

static void *in_own_interpreter(void *argument) {
  int number = *(int *)argument;
  char code[300];
  snprintf(code, sizeof code,
           "import json\n"
           "table = {}\n"
           "for i in range(24000):\n"
           "    table[str(i * %d)] = [i, {'n': i}, 'x' * (i %% 700)]\n"
           "    if i %% 3: del table[str(i * %d)]\n"
           "text = json.dumps(table)\n"
           "ok = len(table) == 8000 and json.loads(text) == table\n"
           "assert ok\n",
           number, number);
  PyInterpreterConfig config = {.check_multi_interp_extensions = 1, .allow_threads = 1, .gil = PyInterpreterConfig_OWN_GIL};
  for (int round = 0; round < ROUNDS; round++) {
    PyGILState_STATE state = PyGILState_Ensure();
    PyThreadState *main_state = PyThreadState_Get();
    PyThreadState *own_state = NULL;
    host_requires(!PyStatus_Exception(Py_NewInterpreterFromConfig(&own_state, &config)), "Py_NewInterpreterFromConfig");
    pthread_barrier_wait(&together); /* no GIL is shared here: they all allocate at once */
    runs(code);
    Py_EndInterpreter(own_state);
    PyThreadState_Swap(main_state);
    PyGILState_Release(state);
  }
  return NULL;
}

static void scenario_own_gil(int threads) {
  pthread_t ids[16];
  int numbers[16];
  begins();
  pthread_barrier_init(&together, NULL, (unsigned)threads);
  PyThreadState *state = PyEval_SaveThread();
  for (int i = 0; i < threads; i++) {
    numbers[i] = i + 1;
    host_requires(pthread_create(&ids[i], NULL, in_own_interpreter, &numbers[i]) == 0, "a thread begins");
  }
  for (int i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
  }
  host_checks();
  PyEval_RestoreThread(state);
  runs(work);
  host_requires(Py_FinalizeEx() == 0, "Py_FinalizeEx");
  host_tells_what_is_alive("at the end");
  host_checks();
}

#else

static void scenario_own_gil(int threads) {
  printf("before 3.12 all of %d interpreters share one GIL\n", threads);
}

#endif

/* ---- Scenarios ------------------------------------------------------------------------------------------------------------------- */

static const struct scenario {
  const char *name;
  void (*run)(int number);
} scenarios[] = {
    {"cycles", scenario_cycles},
    {"bare-cycles", scenario_bare_cycles},
    {"late", scenario_late},
    {"run-main", scenario_run_main},
    {"never-finalized", scenario_never_finalized},
    {"os-exit", scenario_os_exit},
    {"own-gil", scenario_own_gil},
};

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IOLBF, 0); /* Python writes to the same file */
  if (count > 1 && strcmp(arguments[1], "--count") == 0) {
    host_counts = true;
    arguments++;
    count--;
  }
  for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
    if (count > 1 && strcmp(arguments[1], scenarios[i].name) == 0) {
      scenarios[i].run(count > 2 ? atoi(arguments[2]) : 0);
      return 0;
    }
  }
  fprintf(stderr, "usage: embed [--count] SCENARIO [NUMBER]\n");
  return 2;
}
