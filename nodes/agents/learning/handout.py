"""A session in Markdown, for the learner."""

from nodes.agents.learning.activity import Activity
from nodes.agents.learning.courses import course
from nodes.agents.learning.feedback import Feedback
from nodes.agents.learning.lesson import Lesson
from nodes.agents.learning.profile import Profile
from nodes.agents.learning.speech import Speech
from nodes.agents.rendering import plain, table
from nodes.agents.texts import texts_of
from nodes.agents.wording import Language


def handout(
    profile: Profile, lesson: Lesson, activity: Activity, *rest: Feedback | Activity | Speech | None
) -> tuple[str, str]:
    """Return the session's title and text; what didn't take place is left out."""
    say = texts_of("learning", profile.spoken)
    title = f"{lesson.course}: {lesson.title}"
    hello = say["hello"].format(name=profile.name or say["you"])
    parts = [f"# {plain(title)}", f"{plain(hello)} {say[f'pace_{profile.pace}']}", _progress(profile, say)]
    parts.append(f"## {say['lesson']}\n\n{plain(lesson.explains)}")
    parts.append(table((say["said"], say["means"]), ([plain(one), plain(two)] for one, two in lesson.examples)))
    parts.append(f"## {say['practise']}\n\n{_exercises(activity, say)}")
    for one in rest:
        match one:
            case Feedback():
                parts.append(_feedback(one, say))
            case Speech():
                parts.append(_speech(one, say, profile.spoken))
            case Activity():
                parts.append(
                    f"## {say['next']}\n\n{say[one.reason].format(title=plain(one.title))}\n\n{_exercises(one, say)}"
                )
    return title, "\n\n".join(parts) + "\n"


def _progress(profile: Profile, say: dict[str, str]) -> str:
    names = {topic.id: topic.title for topic in course(profile.course).topics}
    rows = [
        [plain(names[one.topic]), f"{round(one.value * 100)} %" if one.answers else say["unseen"]]
        for one in profile.mastery
    ]
    return f"## {say['progress']}\n\n" + table((say["topic"], say["level"]), rows)


def _exercises(activity: Activity, say: dict[str, str]) -> str:
    lines = []
    for number, one in enumerate(activity.exercises, 1):
        options = f" ({plain(' / '.join(one.options))})" if one.options else ""
        hint = f" *{say['hint']}: {plain(one.hint)}*" if one.hint else ""
        lines.append(f"{number}. **{say[one.kind]}** {plain(one.question)}{options}{hint}")
    return "\n".join(lines)


def _feedback(feedback: Feedback, say: dict[str, str]) -> str:
    marks = {1.0: "✓", 0.5: "≈", 0.0: "✗"}
    rows = [
        [marks[one.right], plain(one.question), plain(one.said), plain(one.best), plain(one.comment)]
        for one in feedback.results
    ]
    head = (say["mark"], say["asked"], say["yours"], say["best"], say["comment"])
    return f"## {say['feedback']}\n\n{plain(feedback.summary)}\n\n{table(head, rows)}\n\n{say['marks']}"


def _speech(speech: Speech, say: dict[str, str], language: Language) -> str:
    longest = f"{speech.longest_pause_s:.1f}".replace(".", "," if language == "es" else ".")
    lines = [
        say["rate"].format(rate=f"{speech.words_per_minute:.0f}", pace=say[f"rate_{speech.pace}"]),
        say["pauses"].format(count=speech.pauses, longest=longest),
    ]
    if speech.said is not None:
        lines.append(say["target"].format(share=f"{speech.said * 100:.0f}"))
    if speech.missed:
        lines.append(say["missed"].format(words=plain(", ".join(speech.missed[:12]))))
    return f"## {say['speech']}\n\n" + "\n".join(f"- {line}" for line in lines)
