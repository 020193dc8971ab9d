"""Exécuter les commandes d'une session : pannes à jouer, IDLE, défauts du banc."""

from __future__ import annotations

import asyncio
import traceback

from simulators.mssante.contenus import contenus
from simulators.mssante.imap import boite, dossiers, messages, recherches
from simulators.mssante.imap.analyse import Arguments
from simulators.mssante.imap.cadrage import Commande
from simulators.mssante.imap.corps import corps_de
from simulators.mssante.imap.dialogue import DELAI_ENVOI, Fin, texte
from simulators.mssante.imap.ouverture import Ouverture
from simulators.mssante.imap.pannes import PAR_VERBE, PENDANT_FETCH, SANS_ECHEC, abimer, demande_du_contenu
from simulators.mssante.imap.session import Resultat, Session, Verbe
from simulators.socle.echange import VIDE, Corps, CorpsMemoire
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import PanneArmee
from simulators.socle.requete import RequeteRecue

VERBES: dict[bytes, Verbe] = {**boite.VERBES, **dossiers.VERBES, **messages.VERBES, **recherches.VERBES}
STATUTS = {"OK": 200, "NO": 500, "BAD": 400, "BYE": 421}

_GRAND = 2**20


class Execution(Ouverture):
    """Ce qui suit l'identification."""

    async def _en_session(self, verbe: bytes, arguments: Arguments, reste: bytes, commande: Commande) -> None:
        assert self._session is not None
        nom = verbe.decode()
        corps: Corps = VIDE
        if verbe == b"APPEND":
            cible = texte(b"".join(commande.segments)[len(self._etiquette) + 8 :])
            corps = CorpsMemoire(b"".join(commande.litteraux))
        else:
            cible = texte(reste)
        requete = self._c.requete(nom, cible)
        if corps.taille:
            requete.noter("taille", corps.taille)
            await self._garder(corps.octets)
        panne = self._panne_avant(requete, nom, reste)
        resultat = Resultat(self._etiquette)
        if self._session.vue is not None:
            resultat.notes["dossier"] = self._session.vue.dossier.nom
        if panne is not None and await self._refus_joue(requete, panne, corps):
            return
        self._session.panne = panne.nom if panne is not None else ""
        try:
            await self._session.executer(VERBES[verbe], arguments, resultat)
        except Exception as erreur:  # noqa: BLE001 (défaut du banc : noté, et la session continue)
            self._noter_defaut(nom, erreur)
            resultat = Resultat(self._etiquette, statut="NO", code=b"SERVERBUG", texte="Test bench internal error")
        requete.notes.update(resultat.notes)
        if resultat.statut == "OK" and not resultat.texte:
            resultat.texte = f"{nom} completed"
        envoi = resultat.envoi
        if nom in ("FETCH", "UID FETCH") and len(resultat.morceaux) > 0 and demande_du_contenu(reste):
            en_route = self._c.prendre(requete, *PENDANT_FETCH)
            if en_route is not None:
                abime = abimer(en_route, envoi)
                self._c.inscrire(requete, None, corps_de(abime), corps=corps)
                await self.envoyer(abime, DELAI_ENVOI)
                self.fermer()
                raise Fin("opérateur (coupure)")
        await self._repondre(requete, STATUTS[resultat.statut], envoi, corps=corps)
        self._erreurs = self._erreurs + 1 if resultat.statut == "BAD" else 0
        if resultat.fermer:
            raise Fin("opérateur (BYE)")

    async def _garder(self, octets: bytes) -> None:
        """Arrête la campagne si une pièce du message porte un matricule réel ; un gros message, hors de la boucle."""
        journal = self._facade.operateur.journal
        if len(octets) < _GRAND:
            _examiner(journal, octets)
            return
        async with self._facade.examens:
            await asyncio.to_thread(_examiner, journal, octets)

    def _panne_avant(self, requete: RequeteRecue, nom: str, reste: bytes) -> PanneArmee | None:
        noms = [*PAR_VERBE.get(nom, ())]
        if nom not in SANS_ECHEC:
            noms += ["bye", "indisponible"]
        vue = self._session.vue if self._session is not None else None
        if nom in ("FETCH", "UID FETCH") and vue is not None and vue.messages and demande_du_contenu(reste):
            noms.append("message_disparu")
        return self._c.prendre(requete, *noms) if noms else None

    async def _refus_joue(self, requete: RequeteRecue, panne: PanneArmee, corps: Corps) -> bool:
        """Joue une panne qui remplace la commande ; vrai si c'en était une."""
        refus = {
            "indisponible": b"NO [UNAVAILABLE] Temporarily unavailable, try again later",
            "quota_depasse": b"NO [OVERQUOTA] Mailbox is full",
        }.get(panne.nom)
        if panne.nom == "bye":
            await self._clore(requete, b"* BYE [UNAVAILABLE] Server is going down\r\n", corps=corps)
        if refus is None:
            return False
        await self._repondre(requete, 500, [self._final(refus)], corps=corps)
        return True

    def _noter_defaut(self, verbe: str, erreur: Exception) -> None:
        self._facade.operateur.journal.ajouter(
            "incident",
            {
                "nature": "defaut_du_banc",
                "service": "mssante",
                "operation": f"imap:{verbe}",
                "message": f"{type(erreur).__name__} : {erreur}",
                "trace": "".join(traceback.format_exception(erreur)),
            },
        )

    # -- IDLE --------------------------------------------------------------------------------------------------

    async def _idle(self, requete: RequeteRecue, arguments: Arguments) -> None:
        session = self._session
        if session is None or not arguments.fini:
            refus = b"BAD Not authenticated" if session is None else b"BAD IDLE takes no argument"
            await self._repondre(requete, 400, [self._final(refus)])
            self._fautive()
            return
        panne = self._panne_avant(requete, "IDLE", b"")
        if panne is not None and await self._refus_joue(requete, panne, VIDE):
            return
        muet = panne is not None and panne.nom == "idle_muet"
        await self._repondre(requete, 200, [b"+ idling\r\n"])
        etiquette = self._etiquette
        while (ligne := self.decoupeur.ligne()) is None:
            if not muet:
                await self._pousser(session)
            await self.attendre(self._facade.inactivite)
        fin = self._c.requete("DONE", "" if ligne.upper() == b"DONE" else self._masquer(ligne))
        if ligne.upper() != b"DONE":
            await self._repondre(fin, 400, [b"%b BAD Expected DONE\r\n" % etiquette])
            return
        resultat = Resultat(etiquette, texte="IDLE terminated")
        session.annoncer(resultat, retraits=True)
        await self._repondre(fin, 200, resultat.envoi)

    async def _pousser(self, session: Session) -> None:
        """Annonce ce qui a changé depuis la dernière fois ; rien si rien n'a changé."""
        if session.vue is not None and session.vue.perdue:
            await self._clore(self._c.requete("", operation="poussee"), b"* BYE Mailbox is no longer available\r\n")
        resultat = Resultat(b"*")
        session.annoncer(resultat, retraits=True)
        if resultat.morceaux:
            poussee = self._c.requete("", operation="poussee")
            if session.vue is not None:
                poussee.noter("dossier", session.vue.dossier.nom)
            await self._repondre(poussee, 200, resultat.morceaux)


def _examiner(journal: JournalEchanges, octets: bytes) -> None:
    for blocs in contenus(octets):
        journal.garder_contenu(blocs)
