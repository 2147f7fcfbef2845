# SPDX-License-Identifier: BSD-3-Clause
"""Swarm and minimize: values, exceptions, interrupts, leaks, threads, forks."""
import gc
import itertools
import math
import multiprocessing
import os
import pickle
import signal
import threading
import tracemalloc
import unittest

import numpy as np

import hpswarm
from common import temporary

SPACE = {"x": (-5, 5), "y": (0.1, 10, "log"), "n": range(1, 7), "kind": ["a", "b", "c"]}
LIMITS = {"max_evaluations": 300, "seed": 3}


def value(x, y, n, wrong):
    """By plain floats: numpy's logarithm has other last digits for arrays than for numbers."""
    return (x - 1) * (x - 1) + math.log(y) * math.log(y) + abs(n - 4) + wrong


def bowl(d):
    return value(d["x"], d["y"], d["n"], d["kind"] != "b")


def rows(x):
    return np.array([value(*point[:3], point[3] != 1) for point in x])


def search(seed):
    return hpswarm.minimize(first, [(-1, 1)] * 3, max_evaluations=100, seed=seed).history.x


def first(x):
    return float(x[0] ** 2)


class Values(unittest.TestCase):
    def test_minimum_is_found_with_names(self):
        for variant in ("paper", "swarm", "guided"):
            r = hpswarm.minimize(bowl, SPACE, as_dict=True, variant=variant, max_evaluations=1500)
            self.assertEqual((r.params["n"], r.params["kind"]), (4, "b"), variant)
            self.assertLess(r.fun, 0.05)
            self.assertIn(r.stop_reason, ("evaluations", "exhausted"))
            self.assertEqual(r.n_evaluated, len(r.history.f))

    def test_one_point_rows_and_ask_tell_are_the_same_run(self):
        one = hpswarm.minimize(bowl, SPACE, as_dict=True, **LIMITS)
        all_rows = hpswarm.minimize(rows, SPACE, vectorized=True, **LIMITS)
        swarm = hpswarm.Swarm(SPACE, seekers=0, **LIMITS)
        while not swarm.done:
            points = swarm.ask(5)
            order = np.arange(len(points.id))[::-1]
            swarm.tell(points.id[order], rows(points.x[order]))
        for other in (all_rows.history, swarm.history):
            for a, b in zip(one.history, other):
                np.testing.assert_array_equal(a, b)

    def test_minimize_is_quick_unless_asked(self):
        runs = [hpswarm.minimize(bowl, SPACE, as_dict=True, max_evaluations=100, **more).history.x
                for more in ({}, {"seekers": 0}, {"seekers": -1})]
        np.testing.assert_array_equal(runs[0], runs[1])
        self.assertFalse(np.array_equal(runs[0], runs[2]))
        for other in ({"variant": "swarm"}, {"n_objectives": 2}): # which have no seekers: nothing is logged
            said = []
            context = hpswarm.Context(log=lambda level, text, said=said: said.append(text), log_level="warn")
            f = bowl if "variant" in other else lambda p: [bowl(p), p["n"]]
            hpswarm.minimize(f, SPACE, as_dict=True, max_evaluations=40, context=context, **other)
            self.assertEqual(said, [])

    def test_several_objectives_have_a_front(self):
        def f(x):
            return [x[0] ** 2 + x[1] ** 2, (x[0] - 1) ** 2 + x[1] ** 2]

        r = hpswarm.minimize(f, [(-2, 2), (-2, 2)], n_objectives=2, max_evaluations=400)
        beaten = [(r.history.f <= p).all(axis=1) & (r.history.f < p).any(axis=1) for p in r.front.f]
        self.assertFalse(np.any(beaten))
        self.assertGreater(len(r.front.id), 10)
        np.testing.assert_array_equal(r.history.f[r.front.id], r.front.f)
        self.assertEqual(r.fun.shape, (2,))
        self.assertIn("points on the front", str(r))
        self.assertRaises(ValueError, r.convergence)
        with self.assertRaisesRegex(ValueError, r"\(3,\); it must be \(2,\)"):
            hpswarm.minimize(lambda x: [1, 2, 3], [(-2, 2)], n_objectives=2, max_evaluations=40)

    def test_points_belong_to_the_caller(self):
        kept = []

        def f(x):
            kept.append(x)
            return (x ** 2).sum(axis=1)

        r = hpswarm.minimize(f, [(-1, 1)] * 3, vectorized=True, max_evaluations=100)
        np.testing.assert_array_equal(np.concatenate(kept), r.history.x)

    def test_start_is_evaluated_first(self):
        r = hpswarm.minimize(first, [(-1, 1)], start=[[0.25], [0.5]], max_evaluations=20)
        np.testing.assert_array_equal(r.history.x[:2, 0], [0.25, 0.5])

    def test_how_evaluations_ended_is_counted(self):
        swarm = hpswarm.Swarm([(-1, 1)] * 2, max_evaluations=90)
        kinds = []
        while not swarm.done:
            points = swarm.ask(12)
            kind = points.id % 3
            kinds += list(kind)
            swarm.tell(points.id, np.where(kind == 0, np.nan, (points.x ** 2).sum(axis=1)), np.where(kind == 1, 2, 0))
        self.assertEqual({k: swarm.counts[k] for k in ("ok", "failed", "no_number", "timeout")},
                         {"ok": kinds.count(2), "failed": 90 - kinds.count(2), "no_number": kinds.count(0), "timeout": 0})

    def test_points_from_elsewhere_are_used(self):
        swarm = hpswarm.Swarm([(-1, 1)] * 2, max_evaluations=60)
        swarm.tell_external([[0.125, 0.25], [0.5, 0.5]], [-5.0, 3.0])
        swarm.run(lambda x: (x ** 2).sum(axis=1))
        self.assertEqual(swarm.best[1], -5.0)
        self.assertEqual((swarm.counts["external"], swarm.counts["ok"]), (2, 60))
        self.assertRaises(ValueError, swarm.tell_external, [[0.1]], [1.0])
        self.assertRaises(hpswarm.ArgumentError, swarm.tell_external, [[7.0, 0.0]], [1.0])

    def test_fixed_parameter_stays(self):
        space = hpswarm.Space(SPACE, fixed={"kind": "c", "x": 2.0})
        r = hpswarm.minimize(bowl, space, as_dict=True, **LIMITS)
        self.assertEqual((r.params["kind"], r.params["x"]), ("c", 2.0))

    def test_callback_ends_the_run(self):
        seen = []
        r = hpswarm.minimize(first, [(-1, 1)], callback=lambda p: seen.append(p) or p.iteration == 4,
                             max_iterations=50)
        self.assertEqual((r.stop_reason, r.n_iterations, len(seen)), ("cancelled", 4, 4))
        self.assertEqual(seen[-1].best, r.fun)

    def test_map_spreads_the_points(self):
        plain = hpswarm.minimize(bowl, SPACE, as_dict=True, **LIMITS)
        for method in ("fork", "spawn", "forkserver"):  # after use: the library has run here already
            with multiprocessing.get_context(method).Pool(2) as pool:
                spread = hpswarm.minimize(bowl, SPACE, as_dict=True, map=pool.map, **LIMITS)
            np.testing.assert_array_equal(plain.history.x, spread.history.x)

    def test_processes_run_searches_of_their_own(self):
        alone = [search(seed) for seed in (1, 2, 3)]
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                for a, b in zip(alone, pool.map(search, (1, 2, 3))):
                    np.testing.assert_array_equal(a, b)

    def test_checkpoint_goes_on(self):
        whole = hpswarm.minimize(rows, SPACE, vectorized=True, **LIMITS)
        calls = itertools.count()

        def breaks(x):
            if next(calls) == 7:
                raise OSError("the queue is gone")
            return rows(x)

        with temporary() as folder:
            path = os.path.join(folder, "run.hpsw")
            with self.assertRaisesRegex(OSError, "the queue is gone"):
                hpswarm.minimize(breaks, SPACE, vectorized=True, checkpoint=path, **LIMITS)
            r = hpswarm.minimize(rows, SPACE, vectorized=True, checkpoint=path, **LIMITS)
        np.testing.assert_array_equal(whole.history.x, r.history.x)

    def test_result_speaks_html(self):
        r = hpswarm.minimize(bowl, SPACE, as_dict=True, **LIMITS)
        self.assertIn("<td>kind</td><td>", r._repr_html_())
        self.assertIn("objective", str(r))
        self.assertEqual(r.convergence()[-1], r.fun)


    def test_preferences_order_the_points(self):
        def f(x):
            return [x[0] ** 2 + x[1] ** 2, (x[0] - 1) ** 2 + x[1] ** 2]

        def first_objective(a, b):
            return a[0] - b[0]

        r = hpswarm.minimize(f, [(-2, 2)] * 2, n_objectives=2, max_evaluations=200, preference=first_objective)
        self.assertEqual(list(r.front.f[:, 0]), [r.history.f[:, 0].min()])
        calls = itertools.count()

        def breaks(a, b):
            if next(calls) == 40:
                raise OSError("no opinion")
            return first_objective(a, b)

        with self.assertRaisesRegex(OSError, "no opinion"):
            hpswarm.minimize(f, [(-2, 2)] * 2, n_objectives=2, max_evaluations=200, preference=breaks)
        swarm = hpswarm.Swarm([(-2, 2)] * 2, 2, max_evaluations=100).set_preference(first_objective)
        swarm.set_preference(None).run(lambda x: np.array([f(p) for p in x]))
        self.assertGreater(len(swarm.front.id), 5)

    def test_asynchronous_runs_are_repeated(self):
        def run(order=None):
            swarm = hpswarm.Swarm([(-1, 1)] * 2, max_evaluations=80, asynchronous=1, workers=5)
            if order is not None:
                swarm.set_replay(order)
            waiting = []
            while not swarm.done:
                p = swarm.ask()
                waiting += list(zip(p.id, p.x))
                id, x = waiting.pop(-1 if order is None else 0)
                swarm.tell([id], [(x ** 2).sum()])
            return swarm

        recorded = run()
        self.assertNotEqual(list(recorded.order), sorted(recorded.order))
        again = run(recorded.order)
        np.testing.assert_array_equal(again.order, recorded.order)
        np.testing.assert_array_equal(again.history.x, recorded.history.x)


class Surfaces(unittest.TestCase):
    def test_designs(self):
        space = hpswarm.Space(SPACE, fixed={"n": 3})
        for kind, n in (("latin", 12), ("sobol", 12), ("orthogonal", 16)):
            x = hpswarm.design(space, n, kind, seed=2)
            self.assertEqual(len(x), 25 if kind == "orthogonal" else n)
            self.assertTrue((x >= space.bounds[:, 0]).all() and (x <= space.bounds[:, 1]).all() and (x[:, 2] == 3).all())
            np.testing.assert_array_equal(x, hpswarm.design(space, n, kind, seed=2))
        parts = np.sort(hpswarm.design([(0, 1)], 10)[:, 0] * 10).astype(int)
        np.testing.assert_array_equal(parts, range(10))

    def test_surfaces_describe_and_lead_to_the_minimum(self):
        x = hpswarm.design(SPACE, 60)
        f = rows(x)
        f[3] = np.nan
        for kind in ("linear", "quadratic", "rbf", "gp"):
            surface = hpswarm.Surface(SPACE, kind).fit(x, f)
            q = surface.quality
            self.assertEqual((q.n_points, q.n_left_out), (59, 1))
            params, value = surface.minimum
            self.assertEqual(set(params), set(SPACE))
            self.assertAlmostEqual(surface.predict([params])[0], value)
            self.assertIn("r2_loo", q._repr_html_())
        self.assertLess(bowl(params), 0.3)
        mean, deviation = surface.predict(x, return_std=True)
        self.assertTrue((deviation >= 0).all())
        self.assertEqual(list(surface.lengths), list(SPACE))
        self.assertLess(np.nanmax(abs(mean - f)), 0.5 * np.nanstd(f))

    def test_bad_surfaces_are_refused(self):
        self.assertRaisesRegex(ValueError, "one of linear", hpswarm.Surface, SPACE, "cubic")
        self.assertRaisesRegex(ValueError, "one of latin", hpswarm.design, SPACE, 5, "grid")
        surface = hpswarm.Surface([(0, 1)] * 2)
        self.assertRaises(hpswarm.StateError, surface.predict, [[0.5, 0.5]])
        self.assertRaisesRegex(ValueError, r"\(2,\), it must be \(3,\)", surface.fit, [[0, 0], [0, 1], [1, 1]], [1, 2])
        self.assertRaisesRegex(ValueError, r"\(1, 3\), it must be \(n, 2\)", surface.fit, [[0, 0, 0]], [1])


class Failures(unittest.TestCase):
    def test_exceptions_come_out_unchanged(self):
        class Mine(BaseException):
            pass

        thrown = Mine("text")

        def f(x):
            raise thrown

        with self.assertRaises(Mine) as caught:
            hpswarm.minimize(f, [(-1, 1)], max_evaluations=10)
        self.assertIs(caught.exception, thrown)

    def test_nan_and_infeasible_points_are_outcomes(self):
        def f(x):
            if x[0] > 0.5:
                raise hpswarm.Infeasible
            return float("nan") if x[0] < -0.5 else x[0] ** 2

        r = hpswarm.minimize(f, [(-1, 1)], max_evaluations=200)
        self.assertEqual(set(r.history.outcome), {0, 1, 2})
        self.assertEqual(r.n_failed, np.count_nonzero(r.history.outcome))
        self.assertTrue(np.isinf(r.history.f[r.history.outcome > 0]).all())

    def test_nothing_succeeded(self):
        r = hpswarm.minimize(lambda x: np.nan, [(-1, 1)], max_evaluations=50)
        self.assertFalse(r.success)
        self.assertIn("id 0", r.message)
        self.assertIn(r.message, str(r))
        r._repr_html_()

    def test_wrong_shapes_are_named(self):
        def refused(f, text, **options):
            with self.assertRaisesRegex(ValueError, text):
                hpswarm.minimize(f, [(-1, 1)], max_evaluations=10, **options)

        refused(lambda x: [1.0, 2.0], r"\(2,\).*one number")
        refused(lambda x: x[:3, 0], r"\(3,\) for 10 points.*\(10,\)", vectorized=True)
        refused(lambda x: 1.0, r"\(\) for 10 points", vectorized=True)
        refused(lambda x: "abc", "numbers|could not convert")

    def test_library_messages_arrive(self):
        with self.assertRaisesRegex(hpswarm.OptionError, "did you mean 'max_evaluations'") as caught:
            hpswarm.Swarm([(-1, 1)], max_evaluation=3)
        self.assertEqual(caught.exception.name, "HPS_E_OPTION")
        self.assertIsInstance(caught.exception, hpswarm.HpswarmError)
        self.assertIsInstance(caught.exception, ValueError)
        with self.assertRaisesRegex(hpswarm.ArgumentError, "x"):
            hpswarm.Space({"x": (1.0, 0.0)})
        swarm = hpswarm.Swarm([(-1, 1)], max_evaluations=30)
        points = swarm.ask()
        with self.assertRaises(hpswarm.ArgumentError):
            swarm.tell(points.id + 1000, np.zeros(len(points.id)))
        with self.assertRaises(hpswarm.StateError):
            _ = swarm.best
        with self.assertRaisesRegex(hpswarm.FileError, "/no/where"):
            swarm.save("/no/where/x.hpsw")

    def test_bad_spaces_are_refused(self):
        for bad in ({"x": 3}, {"x": range(0)}, {"x": (1, 2, "cubic")}, {"x": []}, {"x": ["a", 1]}):
            with self.assertRaises((TypeError, ValueError), msg=repr(bad)):
                hpswarm.Space(bad)
        with self.assertRaises(ValueError):
            hpswarm.Space(SPACE, fixed={"kind": "z"})
        with self.assertRaises(ValueError):
            hpswarm.Space(SPACE).as_point({"x": 1})

    def test_failed_constructors_leave_objects_alone(self):
        with self.assertRaises(hpswarm.HpswarmError):
            hpswarm.Space({"a b": (0, 1)})
        broken = hpswarm.Swarm.__new__(hpswarm.Swarm)
        with self.assertRaises(AttributeError):
            broken.save("x")

    def test_closed_handles_do_not_crash(self):
        swarm = hpswarm.Swarm([(-1, 1)], max_evaluations=30)
        swarm.close()
        with self.assertRaises(hpswarm.HpswarmError):
            swarm.ask()

    def test_exceptions_can_be_pickled(self):
        with self.assertRaises(hpswarm.OptionError) as caught:
            hpswarm.Swarm([(-1, 1)], nonsense=1)
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((str(again), again.status), (str(caught.exception), caught.exception.status))


class Interrupts(unittest.TestCase):
    def test_interrupt_stops_within_one_evaluation_and_the_run_goes_on(self):
        whole = hpswarm.Swarm([(-1, 1)] * 2, max_evaluations=150)
        whole.run(lambda x: (x ** 2).sum(axis=1))
        for stop_at in (0, 1, 5):
            calls = itertools.count()
            after = []

            def f(x, calls=calls, after=after, stop_at=stop_at):
                at = next(calls)
                if at == stop_at:
                    os.kill(os.getpid(), signal.SIGINT)
                elif at > stop_at:
                    after.append(at)
                return (x ** 2).sum(axis=1)

            swarm = hpswarm.Swarm([(-1, 1)] * 2, max_evaluations=150)
            with self.assertRaises(KeyboardInterrupt):
                swarm.run(f)
            self.assertEqual(after, [])
            swarm.run(f)
            np.testing.assert_array_equal(swarm.history.x, whole.history.x)

    def test_interrupts_at_any_moment_lose_nothing(self):
        whole = hpswarm.Swarm([(-1, 1)] * 2, max_evaluations=4000, variant="swarm")
        whole.run(lambda x: (x ** 2).sum(axis=1))
        swarm = hpswarm.Swarm([(-1, 1)] * 2, max_evaluations=4000, variant="swarm")
        hits = 0
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        try:
            while not swarm.done:
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.0003 + 0.00013 * hits)
                    swarm.run(lambda x: (x ** 2).sum(axis=1))
                except KeyboardInterrupt:
                    hits += 1
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:  # between the two lines above
            self.skipTest("the alarm came outside of the run")
        finally:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for a, b in zip(whole.history, swarm.history):
            np.testing.assert_array_equal(a, b)

    def test_a_point_by_point_run_stops_at_the_point(self):
        calls = []

        def f(x):
            calls.append(x)
            if len(calls) == 20:
                os.kill(os.getpid(), signal.SIGINT)
            return first(x)

        with self.assertRaises(KeyboardInterrupt):
            hpswarm.minimize(f, [(-1, 1)], max_evaluations=100)
        self.assertEqual(len(calls), 20)


class Process(unittest.TestCase):
    def test_failing_objectives_leave_nothing_behind(self):
        def raises(x):
            raise ValueError("no")

        def interrupts(x):
            raise KeyboardInterrupt

        def interrupted(x):
            signal.raise_signal(signal.SIGINT)
            return 0.0

        bad = (raises, interrupts, interrupted, lambda x: np.nan, lambda x: [1, 2], lambda x: "word", first)

        def round_of_all():
            for f, vectorized, variant in itertools.product(bad, (False, True), ("guided", "paper")):
                try:
                    hpswarm.minimize(f, [(-1, 1)] * 3, vectorized=vectorized, variant=variant, max_evaluations=40)
                except (ValueError, TypeError, KeyboardInterrupt):
                    pass

        context = hpswarm.context.default_context()
        tracemalloc.start()
        sizes = []
        for _ in range(4):  # the first rounds fill the caches of Python
            for _ in range(15):
                round_of_all()
            gc.collect()
            sizes.append((tracemalloc.get_traced_memory()[0], context.memory[0]))
        tracemalloc.stop()
        self.assertEqual(sizes[3][1], sizes[1][1])
        self.assertLess(sizes[3][0] - sizes[1][0], 20000)  # of 840 runs

    def test_two_threads_give_the_numbers_of_one(self):
        def run(seed):
            return hpswarm.minimize(rows, SPACE, vectorized=True, max_evaluations=2000, seed=seed).history.x

        alone = [run(seed) for seed in (1, 2)]
        together = [None, None]

        def work(i):
            together[i] = run(i + 1)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        for a, b in zip(alone, together):
            np.testing.assert_array_equal(a, b)

    def test_logs_reach_python(self):
        seen = []
        context = hpswarm.Context(threads=1, log=lambda level, message: seen.append((level, message)),
                                  log_level="debug")
        soap = hpswarm.Soap("C", context=context, n_max=3, l_max=2)
        structures = [((6, 6), [[0, 0, 0], [r, 0, 0]], None, None, -r) for r in (1.2, 1.4, 1.6)]
        hpswarm.GAP(soap, n_sparse=500).fit(structures)
        self.assertTrue(any("sparse" in message for _, message in seen), seen)
        self.assertEqual(context.threads, 1)
        self.assertGreater(context.memory[1], 0)

    def test_memory_limit_is_an_error(self):
        context = hpswarm.Context(memory_limit=2000)
        with self.assertRaises(MemoryError):
            hpswarm.Swarm([(-1, 1)] * 50, context=context, max_evaluations=3)


if __name__ == "__main__":
    unittest.main()
