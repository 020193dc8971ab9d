"""La conduite d'un envoi : refus définitif, refus temporaire, coupure, fin de session."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.mssante.dialogue import Issue, Session, Transaction
from steps.verifications.mssante.enveloppe import identifiant_du_message
from steps.verifications.registre import verification

BOUCLE = Regle(
    "MSS-CDT-01", "Un envoi refusé définitivement n'est pas répété en boucle", "RFC 5321 § 4.2.1 (réponses 5yz)",
    Confiance.DOCUMENTEE, "Après une réponse 5xx, arrêter l'envoi vers ce destinataire et le dire à l'utilisateur.",
)  # fmt: skip
REPRISE = Regle(
    "MSS-CDT-02", "Un refus temporaire est repris plus tard, ou dit à l'utilisateur", "RFC 5321 § 4.5.4.1",
    Confiance.DEDUITE, "Garder le courriel en attente et le présenter de nouveau plus tard.",
)  # fmt: skip
ETAT_MONTRE = Regle(
    "MSS-CDT-03", "Un courriel que l'opérateur a refusé n'est pas montré comme envoyé", "déduction du banc",
    Confiance.DEDUITE, "Montrer l'échec, avec la réponse de l'opérateur.",
)  # fmt: skip
UNE_FOIS = Regle(
    "MSS-CDT-04", "Après une coupure, le courriel n'arrive pas deux fois sous deux Message-ID", "déduction du banc, "
    "d'après RFC 5321 § 4.5.3.2.6 et RFC 5322 § 3.6.4", Confiance.DEDUITE,
    "Reprendre l'envoi avec le même Message-ID, et une seule fois après un 250.",
)  # fmt: skip
QUIT = Regle(
    "MSS-CDT-05", "La session d'envoi se ferme par QUIT", "RFC 5321 § 4.1.1.10", Confiance.DOCUMENTEE,
    "Envoyer QUIT et attendre sa réponse avant de fermer la connexion.",
)  # fmt: skip

_REPETITIONS_ADMISES = 1


@verification(BOUCLE)
def pas_de_boucle(transactions: Sequence[Transaction]) -> Constat:
    """La même demande n'est pas présentée plus de deux fois après un refus définitif ; deux fois est une remarque."""
    refus: Counter[str] = Counter()
    exemples: dict[str, Transaction] = {}
    for t in transactions:
        for cle in _demandes_refusees(t):
            refus[cle] += 1
            exemples.setdefault(cle, t)
    if not refus:
        return BOUCLE.sans_objet("aucun refus définitif n'a été observé")
    cle, fois = refus.most_common(1)[0]
    ou = f"connexion SMTP {exemples[cle].session}"
    numeros = tuple(t.derniere.numero for t in transactions if cle in _demandes_refusees(t))
    if fois > 1 + _REPETITIONS_ADMISES:
        return BOUCLE.enfreinte(
            "le même envoi, refusé définitivement, est présenté encore et encore",
            attendu="une présentation", recu=f"{fois} présentations de {cle}", ou=ou, echanges=numeros,
        )  # fmt: skip
    if fois > 1:
        return BOUCLE.signalee(
            "un envoi refusé définitivement a été présenté une seconde fois",
            attendu="une présentation", recu=f"{fois} présentations de {cle}", ou=ou, echanges=numeros,
        )  # fmt: skip
    return BOUCLE.respectee(recu=f"une présentation de {cle}", ou=ou, echanges=numeros)


@verification(REPRISE)
def reprise_apres_refus_temporaire(transactions: Sequence[Transaction], etats_montres: Sequence[str] = ()) -> Constat:
    """Après un 4xx, le courriel finit par être accepté, ou le logiciel le montre en attente ou en échec."""
    differes = [t for t in transactions if t.issue is Issue.DIFFERE]
    if not differes:
        return REPRISE.sans_objet("aucun refus temporaire n'a été observé")
    premier = differes[0]
    suite = [t for t in transactions if t.mail.numero > premier.mail.numero and t.issue is Issue.ACCEPTE]
    ou = f"connexion SMTP {premier.session}"
    if suite:
        return REPRISE.respectee(
            recu=f"refus {premier.statut} au n° {premier.derniere.numero}, accepté au n° {suite[0].derniere.numero}",
            ou=ou,
            echanges=(premier.derniere.numero, suite[0].derniere.numero),
        )
    if any(etat in ("en_attente", "echec") for etat in etats_montres):
        return REPRISE.respectee(
            "pas encore repris, montré comme tel à l'utilisateur", recu=", ".join(etats_montres), ou=ou,
            echanges=(premier.derniere.numero,),
        )  # fmt: skip
    return REPRISE.enfreinte(
        "après un refus temporaire, le courriel n'est ni repris ni montré en attente",
        attendu="nouvel essai, ou état en attente ou en échec",
        recu=", ".join(etats_montres) or "aucun état montré",
        ou=ou,
        echanges=(premier.derniere.numero,),
    )


@verification(ETAT_MONTRE)
def refus_montre(transactions: Sequence[Transaction], etats: Sequence[str]) -> Constat:
    """`etats` : ce que le logiciel montre de cet envoi (`envoye`, `echec`, `en_attente`, `bloque`)."""
    rates = [t for t in transactions if t.issue in (Issue.REFUSE, Issue.DIFFERE)]
    if not rates or any(t.issue is Issue.ACCEPTE for t in transactions):
        return ETAT_MONTRE.sans_objet("aucun courriel entièrement refusé n'a été observé")
    if not etats:
        return ETAT_MONTRE.sans_objet("le logiciel n'a pas montré l'état de cet envoi")
    ou = f"connexion SMTP {rates[0].session}"
    numeros = tuple(t.derniere.numero for t in rates)
    if "envoye" in etats:
        return ETAT_MONTRE.enfreinte(
            "un courriel refusé par l'opérateur est montré comme envoyé",
            attendu="échec ou en attente", recu=", ".join(etats), ou=ou, echanges=numeros,
        )  # fmt: skip
    return ETAT_MONTRE.respectee(recu=", ".join(etats), ou=ou, echanges=numeros)


@verification(ETAT_MONTRE)
def non_transmis_montre(etats: Sequence[str]) -> Constat:
    """Un courriel que l'opérateur n'a jamais vu n'est pas montré comme envoyé."""
    if not etats:
        return ETAT_MONTRE.sans_objet("le logiciel n'a pas montré l'état de cet envoi")
    if "envoye" in etats:
        return ETAT_MONTRE.enfreinte(
            "un courriel qui n'a pas été transmis est montré comme envoyé",
            attendu="échec ou en attente", recu=", ".join(etats), ou="liste des envois du logiciel",
        )  # fmt: skip
    return ETAT_MONTRE.respectee(
        "courriel non transmis, montré comme tel", recu=", ".join(etats), ou="liste des envois"
    )


@verification(UNE_FOIS)
def une_seule_remise(transactions: Sequence[Transaction]) -> Constat:
    """Après une coupure entre DATA et la réponse : au plus une remise acceptée, sous le Message-ID d'origine."""
    coupes = [t for t in transactions if t.issue is Issue.COUPE and t.message]
    if not coupes:
        return UNE_FOIS.sans_objet("aucune coupure entre le message et la réponse n'a été observée")
    premier = coupes[0]
    reprises = [t for t in transactions if t.mail.numero > premier.mail.numero and t.message]
    identifiant = identifiant_du_message(premier.message or b"")
    ou = f"connexion SMTP {premier.session}"
    numeros = tuple(t.derniere.numero for t in (premier, *reprises))
    autres = [t for t in reprises if identifiant_du_message(t.message or b"") != identifiant]
    remises = Counter(a.lower() for t in reprises if t.issue is Issue.ACCEPTE for a in t.acceptes)
    if autres or (remises and max(remises.values()) > 1):
        return UNE_FOIS.enfreinte(
            "le courriel coupé est repris sous un autre Message-ID"
            if autres
            else "le courriel est remis plusieurs fois",
            attendu=f"une reprise, sous {identifiant or 'le même Message-ID'}",
            recu=", ".join(identifiant_du_message(t.message or b"") or "sans Message-ID" for t in reprises[:4]),
            ou=ou,
            echanges=numeros,
        )
    recu = f"repris sous {identifiant}" if reprises else "pas repris pendant le scénario"
    return UNE_FOIS.respectee(recu=recu, ou=ou, echanges=numeros)


@verification(QUIT)
def fin_par_quit(sessions: Sequence[Session]) -> Constat:
    """Une session où un envoi a abouti, que ni une panne ni l'opérateur n'a coupée, se ferme par QUIT."""
    closes = [
        s
        for s in sessions
        if s.protocole == "smtp"
        and s.fin is not None
        and any(t.issue is Issue.ACCEPTE for t in s.transactions)
        and not s.pannes
        and not _coupee_par_l_operateur(s)
    ]
    if not closes:
        return QUIT.sans_objet("aucune session d'envoi fermée sans incident n'a été observée")
    fautes = [s for s in closes if not s.fermee_par_le_client]
    if fautes:
        return QUIT.enfreinte(
            "connexion d'envoi fermée sans QUIT",
            attendu="QUIT, puis la fermeture",
            recu=f"dernière commande : {fautes[0].commandes[-1].verbe}",
            ou=f"connexion SMTP {fautes[0].connexion}",
            echanges=tuple(s.commandes[-1].numero for s in fautes),
        )
    return QUIT.respectee(
        recu=f"{len(closes)} session(s) fermée(s) par QUIT",
        ou=f"connexion SMTP {closes[0].connexion}",
        echanges=tuple(s.commandes[-1].numero for s in closes),
    )


def _coupee_par_l_operateur(session: Session) -> bool:
    derniere = session.commandes[-1] if session.commandes else None
    return derniere is None or derniere.statut in (None, 421) or session.fermee_par_l_operateur


def _demandes_refusees(t: Transaction) -> list[str]:
    """Ce qui a été refusé définitivement : un destinataire, ou le message lui-même."""
    refuses = [f"RCPT {d.adresse}" for d in t.destinataires if _definitif(d.commande.statut)]
    if t.data is not None and _definitif(t.data.statut) and t.message:
        cle = identifiant_du_message(t.message) or hashlib.sha256(t.message).hexdigest()[:12]
        refuses.append(f"courriel {cle}")
    if _definitif(t.mail.statut):
        refuses.append(f"MAIL {t.expediteur}")
    return refuses


def _definitif(statut: int | None) -> bool:
    return statut is not None and statut >= 500
