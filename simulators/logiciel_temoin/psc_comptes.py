"""Quel compte une identité reçue désigne, et le rapprochement d'un compte et d'une identité."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.logiciel_temoin.acces_comptes import Compte
from simulators.logiciel_temoin.acces_sessions import Session
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.psc_client import ClientOidc
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur, Identite

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo


def compte_de(labo: Labo, client: ClientOidc, identite: Identite) -> Compte | None:
    """PSC : compte rapproché, sinon de même RPPS. Établissement : de même identifiant, courriel ou RPPS."""
    comptes, national = labo.comptes, identite.identifiant_national
    if not client.fournisseur.est_psc:
        lie = next((c for c in comptes.tous() if c.interne.get("sub_etablissement") == identite.sub), None)
        nomme = lie or comptes.par_identifiant(national) or _par_courriel(labo, identite.courriel)
        return nomme or comptes.par_identifiant_national(national)
    if labo.defaut("psc_identifiant_tronque"):
        return comptes.par_rpps(national)
    return comptes.par_identifiant_national(national)


def _par_courriel(labo: Labo, courriel: str) -> Compte | None:
    comptes = [c for c in labo.comptes.tous("professionnel") if courriel and c.courriel == courriel]
    return comptes[0] if len(comptes) == 1 else None


def rapprocher(labo: Labo, session_id: str, client: ClientOidc, identite: Identite) -> Session:
    """Le titulaire d'un compte, déjà connecté, prouve son identité : elle désigne ce compte désormais."""
    session = labo.sessions.lire(session_id)
    compte = labo.comptes.lire(session.compte_id) if session else None
    if session is None or compte is None:
        raise ErreurFournisseur("Votre session est fermée : reconnectez-vous pour rapprocher votre compte.")
    autre = compte_de(labo, client, identite)
    controle = not labo.defaut("psc_rapprochement_sans_controle")
    if controle and autre is not None and autre is not compte:
        raise ErreurFournisseur("Cette identité est déjà celle d'un autre compte : le rapprochement est refusé.")
    if not client.fournisseur.est_psc:
        compte.interne["sub_etablissement"] = identite.sub
        return session
    if controle and compte.rpps and identite.rpps and compte.rpps != identite.rpps:
        raise ErreurFournisseur("Le RPPS de ce compte n'est pas celui de cette identité : rapprochement refusé.")
    if not labo.defaut("psc_rapprochement_sans_effet"):
        labo.comptes.modifier(
            compte.compte_id,
            {"identifiant_psc": identite.identifiant_national, "rpps": compte.rpps or identite.rpps},
        )
        tracer(labo, compte.identifiant, "modification_attributs", compte, attributs=["identifiant_psc"])
    # La même session continue, et porte désormais l'identité prouvée.
    session.moyens = (*session.moyens, "psc")
    session.identifiant_national, session.fournisseur = identite.identifiant_national, client.fournisseur.nom
    return session
