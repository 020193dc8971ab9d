"""Un envoi ou une relève face à un opérateur donné : la fenêtre du journal où ils ont eu lieu, et ce qui s'y lit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from simulators.mssante.courriels import fabriquer
from simulators.socle.identites import fabriquer_identite
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.dmp_commun import delai_d_observation
from steps.etapes.mss_commun import boite_de, boite_de_type, choisir_correspondants
from steps.logiciel.protocole import ReponseAction
from steps.verifications.mssante.dialogue import IMAP, SMTP, Issue, Session, Transaction, sessions
from steps.verifications.mssante.enveloppe import identifiant_du_message, objet_du_message

Pannes = Sequence[tuple[str, dict[str, Any]]]
"""Pannes à armer : nom et paramètres."""

EN_REGLE = "en règle"
CORPS = "Bonjour, le prélèvement du {rang}e essai est à recontrôler à jeun. Phrase témoin : {temoin}."


@dataclass
class Fenetre:
    """Une action de messagerie. `depuis`, `jusque` : rangs du journal (exclu, inclus) ; `cas` : l'opérateur d'alors."""

    role: str
    protocole: str
    cas: str
    adresse: str
    depuis: int = 0
    destinataire: str = ""
    message_id: str = ""
    objet: str = ""
    passage: str = ""
    jusque: int = 0
    reponse: ReponseAction | None = None
    etats: list[str] = field(default_factory=list)

    @property
    def envoi_id(self) -> str:
        return self._de_l_envoi("envoi_id")

    @property
    def message_id_annonce(self) -> str:
        """Le Message-ID que le logiciel dit avoir donné, entre chevrons ; vide s'il ne le dit pas."""
        brut = self._de_l_envoi("message_id").strip().strip("<>")
        return f"<{brut}>" if brut else ""

    def _de_l_envoi(self, champ: str) -> str:
        envoi = self.reponse.donnees.get("envoi") if self.reponse else None
        return str(envoi.get(champ) or "") if isinstance(envoi, Mapping) else ""


def fenetres(essai: Essai) -> list[Fenetre]:
    """Celles du scénario, dans l'ordre."""
    liste: list[Fenetre] = essai.releves.setdefault("fenêtres de messagerie", [])
    return liste


def derniere(essai: Essai, protocole: str, cas: str) -> Fenetre:
    """La dernière fenêtre de ce protocole face à cet opérateur."""
    trouvee = next((f for f in reversed(fenetres(essai)) if (f.protocole, f.cas) == (protocole, cas)), None)
    if trouvee is None:
        raise NonConcluant(f"la feature juge l'opérateur {cas} sans l'avoir joué")
    return trouvee


def sessions_de(essai: Essai, fenetre: Fenetre) -> list[Session]:
    """Connexions ouvertes pendant cette fenêtre ; la fin d'une connexion d'avant n'en est pas une."""
    echanges = essai.journal.echanges(service="mssante", depuis=fenetre.depuis)
    vues = sessions(e for e in echanges if e.numero <= fenetre.jusque)
    return [s for s in vues if s.accueil is not None]


def envois_de(essai: Essai, fenetre: Fenetre) -> list[Transaction]:
    """Transactions SMTP de la boîte et du destinataire de cette fenêtre."""
    toutes = [t for s in sessions_de(essai, fenetre) for t in s.transactions]
    return [t for t in toutes if not t.adresses or fenetre.destinataire.lower() in map(str.lower, t.adresses)]


def sessions_du_scenario(essai: Essai, cas: Iterable[str] | None = None) -> list[Session]:
    """Toutes les connexions du scénario, ou celles des fenêtres face à ces opérateurs, entières."""
    if cas is None:
        return sessions(essai.echanges("mssante", tout=True))
    voulus = set(cas)
    return [s for f in fenetres(essai) if f.cas in voulus for s in sessions_de(essai, f)]


def temoins(essai: Essai) -> list[Session]:
    """Connexions des fenêtres où l'opérateur était en règle."""
    return sessions_du_scenario(essai, (EN_REGLE,))


# --------------------------------------------------------------------- agir
def envoyer(essai: Essai, role: str, cas: str = EN_REGLE, pannes: Pannes = (), *, adresse: str = "") -> Fenetre:
    """Fait écrire et envoyer un courriel pendant que ces pannes sont armées. `adresse` : la boîte imposée."""
    rang = len(fenetres(essai)) + 1
    [correspondant] = choisir_correspondants(essai, 1)
    temoin = f"{essai.retenu.numero.replace('/', ' ')} rang {rang} {essai.graine}".strip()
    corps = CORPS.format(rang=rang, temoin=temoin)

    def agir(fenetre: Fenetre) -> ReponseAction:
        fenetre.destinataire, fenetre.passage = correspondant.bal, corps
        return essai.jouer(
            "envoyer_courriel",
            role,
            expediteur=fenetre.adresse,
            destinataires=[fenetre.destinataire],
            objet=f"Contrôle à refaire, {rang}",
            corps=corps,
        )

    return _jouer(essai, role, SMTP, cas, pannes, agir, adresse)


def relever(essai: Essai, role: str, cas: str = EN_REGLE, pannes: Pannes = (), *, adresse: str = "") -> Fenetre:
    """Dépose un courriel dans la boîte et la fait relever, ces pannes armées. `adresse` : la boîte imposée."""
    graine = f"{essai.graine}{essai.retenu.numero}/boîte/{len(fenetres(essai)) + 1}"

    def agir(fenetre: Fenetre) -> ReponseAction:
        patient = fabriquer_identite(graine)
        octets = fabriquer("pro_texte", patient=patient, destinataire=fenetre.adresse, graine=graine).octets
        fenetre.message_id, fenetre.objet = identifiant_du_message(octets), objet_du_message(octets)
        # Une fois les connexions d'avant rompues : un logiciel à l'écoute le lirait sur l'ancienne.
        essai.banc.mssante.deposer(fenetre.adresse, octets)
        return essai.jouer("relever_boite", role, adresse=fenetre.adresse)

    return _jouer(essai, role, IMAP, cas, pannes, agir, adresse)


def _jouer(
    essai: Essai,
    role: str,
    protocole: str,
    cas: str,
    pannes: Pannes,
    agir: Callable[[Fenetre], ReponseAction],
    imposee: str = "",
) -> Fenetre:
    """La boîte personnelle d'abord ; un logiciel qui la refuse sans se connecter n'a peut-être que l'applicative."""
    if imposee:
        return _une_fenetre(essai, Fenetre(role, protocole, cas, imposee), pannes, agir)
    prevue = essai.releves.get(f"boîte d'essai {role}") or boite_de(essai, role).adresse
    fenetre = _une_fenetre(essai, Fenetre(role, protocole, cas, prevue), pannes, agir)
    applicative = boite_de_type(essai, "APP").adresse
    refusee = fenetre.reponse is not None and fenetre.reponse.resultat == "refuse"
    if cas == EN_REGLE and refusee and prevue != applicative and not sessions_de(essai, fenetre):
        essai.releves[f"boîte d'essai {role}"] = applicative
        fenetres(essai).remove(fenetre)
        fenetre = _une_fenetre(essai, Fenetre(role, protocole, cas, applicative), pannes, agir)
    return fenetre


def _une_fenetre(essai: Essai, fenetre: Fenetre, pannes: Pannes, agir: Callable[[Fenetre], ReponseAction]) -> Fenetre:
    fenetre.depuis = essai.journal.position()
    fenetres(essai).append(fenetre)
    with ExitStack() as armees:
        for nom, parametres in pannes:
            armees.enter_context(essai.banc.mssante.panne(nom, **{"fois": None, **parametres}))
        # Une connexion gardée ouverte ne verrait pas cet opérateur ; un logiciel qui se reconnecte de lui-même le voit.
        essai.banc.mssante.rompre()
        try:
            fenetre.reponse = agir(fenetre)
            _attendre(essai, fenetre)
        finally:
            fenetre.jusque = essai.journal.position()
    if pannes:
        essai.banc.mssante.rompre()
    return fenetre


def _attendre(essai: Essai, fenetre: Fenetre) -> None:
    """Attend que l'opérateur ait vu la connexion de l'action, et qu'elle soit allée à son terme."""

    def finie(_: object = None) -> bool:
        echanges = essai.journal.echanges(service="mssante", depuis=fenetre.depuis)
        vues = [s for s in sessions(echanges) if s.protocole == fenetre.protocole and s.accueil is not None]
        return bool(vues) and all(_allee_au_bout(s) for s in vues)

    if not finie():
        delai = delai_d_observation(essai)
        essai.journal.attendre(finie, depuis=fenetre.depuis, delai=delai, service="mssante")


def _allee_au_bout(session: Session) -> bool:
    if session.fin is not None:
        return True
    if session.protocole == SMTP:
        return any(t.issue is not Issue.ABANDONNE for t in session.transactions)
    return any(c.verbe in ("FETCH", "UID FETCH", "UID SEARCH", "SEARCH", "LOGOUT") for c in session.commandes)


def relever_les_etats(essai: Essai, fenetre: Fenetre) -> list[str]:
    """Ce que le logiciel montre de cet envoi, à sa réponse puis dans la liste des envois."""
    envoi = fenetre.reponse.donnees.get("envoi") if fenetre.reponse else None
    etats = [str(envoi.get("etat") or "")] if isinstance(envoi, Mapping) else []
    liste = essai.tenter("lister_envois", fenetre.role)
    for autre in liste.donnees.get("envois", []):
        if isinstance(autre, Mapping) and fenetre.envoi_id and autre.get("envoi_id") == fenetre.envoi_id:
            etats.append(str(autre.get("etat") or ""))
    fenetre.etats = [etat for etat in etats if etat]
    return fenetre.etats


def courriels_montres(fenetre: Fenetre) -> list[str]:
    """Ce que la relève a montré : le Message-ID de chaque courriel ou, si le logiciel ne le dit pas, son objet."""
    courriels = fenetre.reponse.donnees.get("courriels", []) if fenetre.reponse else []
    return [str(c.get("message_id") or c.get("objet") or "") for c in courriels if isinstance(c, Mapping)]
