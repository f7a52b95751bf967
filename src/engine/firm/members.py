"""Members: inviting, rights, access to accounts, deactivation (AC1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engine import find
from engine.changes import differing
from engine.checks import Checks, listed
from engine.enums import AccessRight, ErrorCode, Role
from engine.errors import denied, invalid
from engine.firm.replacements import take_over
from engine.firm.secrets import digest, new_token, passwords
from engine.firm.sessions import SESSION, LoggedIn, open_session, throttle
from engine.job import timers
from engine.unset import UNSET, Maybe
from engine.work import Clock, Work, system_clock
from store import models
from store.database import Database, Row
from store.ids import new_id
from store.writes import emails, links, locks, log, members, people, records, sessions
from store.writes import find as finding

INVITATION: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class InviteMember:
    """Makes a member and an invitation for it."""

    email: str
    name: str
    role: Role = Role.EMPLOYEE
    rights: Sequence[AccessRight] = ()
    account_ids: Sequence[str] = ()
    id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True)
class RenewInvitation:
    """Makes another invitation for a member who has not joined; the earlier one ends."""

    member_id: str


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """Joins a firm: sets the password of a new user, or proves the password of one who exists."""

    token: str
    password: str


@dataclass(frozen=True, slots=True)
class UpdateMemberAccess:
    """Changes a member's role, rights and accounts."""

    member_id: str
    role: Maybe[Role | None] = UNSET
    add_rights: Maybe[Sequence[AccessRight] | None] = UNSET
    remove_rights: Maybe[Sequence[AccessRight] | None] = UNSET
    add_account_ids: Maybe[Sequence[str] | None] = UNSET
    remove_account_ids: Maybe[Sequence[str] | None] = UNSET


@dataclass(frozen=True, slots=True)
class UpdateMember:
    """Renames a member: oneself, or as an owner or admin anybody."""

    member_id: str
    name: Maybe[str] = UNSET


@dataclass(frozen=True, slots=True)
class DeactivateMember:
    """Takes a member's access away; what they did stays. Another one may take over what they were to do."""

    member_id: str
    replacement_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReactivateMember:
    """Gives a deactivated member access again."""

    member_id: str


async def invite_member(work: Work, command: InviteMember) -> tuple[str, str | None]:
    """Makes a member who joins by the token answered beside its id (None where the create was made before)."""
    work.viewer.need_manager()
    _only_owners_make_owners(work, command.role)
    checks = Checks()
    email, name = checks.email(command.email, "email"), checks.name(command.name, "name")
    account_ids = checks.ids(command.account_ids, "account_ids")
    checks.done()
    member_id, again = await find.new(work, "members", "member", command)
    if again:
        return member_id, None
    await find.all_of_firm(work, "accounts", "account", account_ids, "account_ids")
    user_id = await people.user(work.db, new_id("user"), email, name)
    if await people.member_of(work.db, work.firm_id, user_id):
        raise invalid(ErrorCode.NAME_TAKEN, "This person is a member already.", "email")
    await records.make(
        work.db,
        models.Member,
        id=member_id,
        firm_id=work.firm_id,
        user_id=user_id,
        name=name,
        role=command.role,
        rights=sorted(set(command.rights)),
    )
    owner = ("member_id", member_id)
    await links.add(work.db, "member_accounts", work.firm_id, owner, "account_id", account_ids)
    work.touch("member", member_id, fields=["name"], accounts_added=account_ids)
    rights = sorted(set(command.rights))
    await work.audit("member.invited", member_id, role=command.role, rights=rights, added=account_ids)
    return member_id, await _invite(work, member_id)


async def renew_invitation(work: Work, command: RenewInvitation) -> str | None:
    """Answers a fresh token for a member who has not joined yet, None for one who has."""
    row = await _managed(work, command.member_id)
    _only_owners_make_owners(work, Role(row["role"]))
    if row["joined_at"] is not None:
        return None
    await people.end_invitations(work.db, work.firm_id, command.member_id)
    await work.audit("member.invited_again", command.member_id)
    return await _invite(work, command.member_id)


async def _invite(work: Work, member_id: str) -> str:
    token = new_token()
    await records.make(
        work.db,
        models.Invitation,
        id=new_id("invitation"),
        firm_id=work.firm_id,
        member_id=member_id,
        token_hash=digest(token),
        expires_at=work.now + INVITATION,
    )
    return token


async def accept_invitation(
    database: Database,
    command: AcceptInvitation,
    *,
    address: str | None = None,
    mutation_id: str | None = None,
    lifetime: timedelta = SESSION,
    clock: Clock = system_clock,
) -> LoggedIn:
    """Joins the firm and logs in.

    Raises Refused for a token that is unknown, used or expired, for a wrong password, and for too many tries: an
    invitation must not be a way to guess the password of somebody who has a login.
    """
    now = clock()
    checks = Checks()
    password = checks.password(command.password, "password")
    checks.done()
    await throttle(database, f"invitation:{digest(command.token).hex()}", address, now, "token")
    email = await sessions.invited_login(database, digest(command.token))
    if email is not None:  # tries count as log-ins do, however many invitations there are
        await throttle(database, f"email:{email}", None, now, "password")
    async with database.transaction() as db:
        found = await sessions.invitation(db, digest(command.token), now)
        if found is None:
            raise invalid(ErrorCode.INVALID, "This invitation is unknown, used or expired.", "token")
        if found["password_hash"] is None:
            await people.set_password(db, found["user_id"], await passwords.hash(password))
        elif not await passwords.verify(found["password_hash"], password):
            raise invalid(ErrorCode.BAD_CREDENTIALS, "This person has a login: give its password.", "password")
        await people.join(db, found["firm_id"], found["member_id"], found["id"], now)
        token, identity = await open_session(db, found["firm_id"], found["member_id"], now, lifetime)
        await log.append_audit(
            db,
            firm_id=found["firm_id"],
            actor_id=found["member_id"],
            at=now,
            address=address,
            action="member.joined",
            subject_id=found["member_id"],
            detail={},
        )
        cause = {"kind": "MEMBER", "actor": found["member_id"], "client_mutation_id": mutation_id}
        change = {"type": "member", "id": found["member_id"], "fields": ["joined"]}
        await log.append_event(db, found["firm_id"], cause, [change])
    return LoggedIn(token, identity.expires_at, identity, await sessions.memberships(database, found["user_id"]))


async def update_member_access(work: Work, command: UpdateMemberAccess) -> str:
    """Changes what a member may see and do. It shows at once on what they look at (AC4)."""
    row = await _managed(work, command.member_id)
    role = Role(command.role or row["role"])
    _only_owners_make_owners(work, Role(row["role"]), role)
    rights = (set(row["rights"]) | set(listed(command.add_rights))) - set(listed(command.remove_rights))
    checks = Checks()
    gone = checks.ids(listed(command.remove_account_ids), "remove_account_ids")
    # What is given and taken at once is not given: nobody gains sight of its jobs meanwhile.
    add = [one for one in checks.ids(listed(command.add_account_ids), "add_account_ids") if one not in gone]
    checks.done()
    await find.all_of_firm(work, "accounts", "account", add, "add_account_ids")
    if row["role"] == Role.OWNER and role is not Role.OWNER:
        await _keep_an_owner(work, command.member_id)
    values = differing(row, role=role, rights=sorted(rights))
    owner = ("member_id", command.member_id)
    added = await links.add(work.db, "member_accounts", work.firm_id, owner, "account_id", add)
    there = await finding.ids(work.db, "accounts", work.firm_id, gone)
    removed = await links.remove(work.db, "member_accounts", work.firm_id, owner, "account_id", sorted(there))
    if values or added or removed:
        await records.change(work.db, models.Member, work.firm_id, command.member_id, work.now, **values)
        work.touch("member", command.member_id, accounts_added=added, accounts_removed=removed, rights=bool(values))
        await work.audit("member.access", command.member_id, **values, added=added, removed=removed)
    return command.member_id


async def update_member(work: Work, command: UpdateMember) -> str:
    """Renames a member."""
    row = await _locked(work, command.member_id)
    if command.member_id != work.viewer.member_id:
        work.viewer.need_manager("member_id")
        _only_owners_make_owners(work, Role(row["role"]))
    checks = Checks()
    values = differing(row, name=checks.given(checks.name, command.name, "name"))
    checks.done()
    if values:
        await records.change(work.db, models.Member, work.firm_id, command.member_id, work.now, **values)
        work.touch("member", command.member_id, fields=["name"])
    return command.member_id


async def deactivate_member(work: Work, command: DeactivateMember) -> str:
    """Deactivates a member: logins and tokens end at once. Never the last owner (AC1).

    A replacement takes over what the member was to do, also from one who has been deactivated before (PL4); without
    one assignments stay.
    """
    row = await _managed(work, command.member_id)
    _only_owners_make_owners(work, Role(row["role"]))
    if row["role"] == Role.OWNER:
        await _keep_an_owner(work, command.member_id)
    await timers.hold_back(work, command.member_id)  # before any job is locked: so does whoever starts one
    if command.replacement_id is not None:
        if command.replacement_id == command.member_id:
            raise invalid(ErrorCode.INVALID, "Name another member to take over.", "replacement_id")
        await find.assignable(work, [command.replacement_id], "replacement_id")
        await take_over(work, command.member_id, command.replacement_id)
    if row["deactivated_at"] is None:
        await timers.stop_of(work, command.member_id)
        values = {"deactivated_at": work.now}
        await records.change(work.db, models.Member, work.firm_id, command.member_id, work.now, **values)
        ended = await members.revoke_sessions(work.db, work.firm_id, command.member_id)
        await emails.drop_told(work.db, work.firm_id, command.member_id, work.now)
        work.touch("member", command.member_id, fields=["active"], rights=True)
        await work.audit("member.deactivated", command.member_id, sessions_ended=len(ended))
    return command.member_id


async def reactivate_member(work: Work, command: ReactivateMember) -> str:
    """Gives a member access again; they log in anew."""
    row = await _managed(work, command.member_id)
    _only_owners_make_owners(work, Role(row["role"]))
    if row["deactivated_at"] is not None:
        values = {"deactivated_at": None}
        await records.change(work.db, models.Member, work.firm_id, command.member_id, work.now, **values)
        # What was being opened while the member was deactivated must not come back to life.
        await members.revoke_sessions(work.db, work.firm_id, command.member_id)
        work.touch("member", command.member_id, fields=["active"], rights=True)
        await work.audit("member.reactivated", command.member_id)
    return command.member_id


async def _managed(work: Work, member_id: str) -> Row:
    """A member of whom a manager decides: one decision at a time, each by who may still decide."""
    work.viewer.need_manager()
    row = await _locked(work, member_id)
    work.viewer.need_manager()
    return row


async def _locked(work: Work, member_id: str) -> Row:
    await locks.own_firm(work.db, f"{work.firm_id}/members")
    await work.look_again()
    await find.of_firm(work, "members", "member", member_id, "member_id")
    return await find.lock(work, "members", member_id)


def _only_owners_make_owners(work: Work, *roles: Role) -> None:
    if Role.OWNER in roles and work.viewer.role is not Role.OWNER:
        raise denied("Only an owner may make, change or deactivate an owner.", None, "role")


async def _keep_an_owner(work: Work, member_id: str) -> None:
    if not await members.owners(work.db, work.firm_id) - {member_id}:
        raise invalid(ErrorCode.LAST_OWNER, "A firm always has an owner: make somebody else one first.", "member_id")
