"""Entre la demande d'un logiciel et le retour vers lui : une personne choisit, s'identifie, confirme."""

from __future__ import annotations

import secrets
from datetime import timedelta

from simulators.psc.contexte import Contexte
from simulators.psc.demande import Demande
from simulators.psc.etat import Code, Session, Transaction, valeur_secrete

TRANSACTIONS_MAX = 500
CODES_MAX = 1000


def ouvrir(contexte: Contexte, demande: Demande, panne: str) -> Transaction:
    """Une transaction neuve ; les plus anciennes cèdent la place au-delà d'un grand nombre."""
    etat = contexte.etat
    transaction = Transaction(
        secrets.token_hex(8),
        demande,
        contexte.horloge(),
        cookie=etat.proteger(valeur_secrete("mire-", 18)),
        jeton=etat.proteger(valeur_secrete("form-", 18)),
        panne=panne,
        moyen=contexte.profil.moyens[0] if len(contexte.profil.moyens) == 1 else "",
    )
    if transaction.moyen:
        transaction.etape = "identification"
    with etat.verrou:
        etat.transactions[transaction.identifiant] = transaction
        while len(etat.transactions) > TRANSACTIONS_MAX:
            etat.transactions.pop(next(iter(etat.transactions)))
        transaction.reponse, etat.reponse_prochaine = etat.reponse_prochaine, None
    return transaction


def expiree(contexte: Contexte, transaction: Transaction) -> bool:
    """Vrai si la personne a trop attendu."""
    limite = transaction.creee + timedelta(seconds=contexte.profil.durees.mire)
    return transaction.etape == "expiration" or contexte.horloge() >= limite


def sso_possible(contexte: Contexte, demande: Demande, session: Session | None) -> bool:
    """Vrai si la session déjà ouverte suffit : pas de nouvelle authentification demandée, ni trop ancienne."""
    if session is None or demande.prompt & {"login", "select_account"}:
        return False
    if demande.max_age is None:
        return True
    return contexte.horloge() - session.auth_time <= timedelta(seconds=demande.max_age)


def accepter(contexte: Contexte, transaction: Transaction, ancienne: Session | None) -> Session:
    """La personne s'est authentifiée : sa session, neuve, ou celle du navigateur si c'est la même personne."""
    etat = contexte.etat
    with etat.verrou:
        if ancienne is not None and ancienne.identifiant == transaction.personne:
            ancienne.authentifiee = contexte.horloge()
            ancienne.moyen = transaction.moyen
            etat.toucher(ancienne)
            return ancienne
        if ancienne is not None:
            etat.terminer(ancienne, "une autre personne s'est authentifiée dans ce navigateur")
        return etat.ouvrir_session(transaction.personne, transaction.moyen)


def emettre_code(contexte: Contexte, transaction: str, demande: Demande, session: Session) -> Code:
    """Un code pour cette demande."""
    etat = contexte.etat
    code = Code(
        etat.proteger(valeur_secrete("c-")), transaction, demande, session.identifiant_session, contexte.horloge(),
        famille=secrets.token_hex(12),
    )  # fmt: skip
    with etat.verrou:
        etat.codes[code.valeur] = code
        while len(etat.codes) > CODES_MAX:
            etat.codes.pop(next(iter(etat.codes)))
        etat.toucher(session)
    return code
