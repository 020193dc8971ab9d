"""La vie des jetons, jouée au hasard contre un modèle écrit à part : ni mort accepté, ni vivant refusé."""

from __future__ import annotations

import base64
import itertools
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from simulators.psc import SimulateurPSC
from simulators.psc.point import points_acces
from simulators.socle.echange import CorpsMemoire
from simulators.socle.jetons import JetonRefuse
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from simulators.socle.requete import ReponseSimulee, RequeteRecue
from tests.simulators.psc.parcours import DEUX, RETOUR, UN


@dataclass
class _Session:
    """Ce que le modèle sait d'une session."""

    personne: str
    ouverte: float
    activite: float
    finie: bool = False

    def vit(self, maintenant: float) -> bool:
        return not self.finie and maintenant < self.ouverte + 14_400 and maintenant < self.activite + 1_800


@dataclass
class _Famille:
    """Tout ce qui vient d'un code."""

    session: _Session
    revoquee: bool = False


@dataclass
class _Jeton:
    valeur: str
    famille: _Famille
    expire: float
    revoque: bool = False

    def vaut(self, maintenant: float) -> bool:
        vivante = self.famille.session.vit(maintenant)
        return vivante and not self.revoque and not self.famille.revoquee and maintenant < self.expire


@dataclass
class _Code:
    valeur: str
    famille: _Famille
    emis: float
    utilise: bool = False
    donnes: list[_Jeton] = field(default_factory=list)


class VieDesJetons(RuleBasedStateMachine):
    """Connexions, échanges, rafraîchissements, rejeux, révocations, fins de session et temps qui passe."""

    codes: Bundle[_Code] = Bundle("codes")
    acces: Bundle[_Jeton] = Bundle("acces")
    rafraichissements: Bundle[_Jeton] = Bundle("rafraichissements")

    def __init__(self) -> None:
        super().__init__()
        self._dossier = Path(tempfile.mkdtemp())
        self._journal = JournalEchanges.creer(self._dossier / "j")
        self._socle = demarrer_socle(self._journal, self._dossier / "s")
        self.psc = SimulateurPSC(self._journal, self._socle.igc)
        self.psc.monter(self._socle.serveur)
        self.psc.horloge._source = lambda: datetime(2026, 11, 22, 9, tzinfo=UTC)
        self.psc.clients.declarer("lps", redirect_uris=[RETOUR])
        self._points = {point.operation: point for point in points_acces()}
        self._numeros = itertools.count()
        self.sessions: list[_Session] = []
        self.connus: list[_Jeton] = []

    def teardown(self) -> None:
        self._socle.arreter()
        self._journal.fermer()
        shutil.rmtree(self._dossier, ignore_errors=True)

    @property
    def maintenant(self) -> float:
        return self.psc.horloge().timestamp()

    # -- appeler sans prise ------------------------------------------------------------------------------------

    def _appeler(
        self, operation: str, cible: str, corps: dict[str, str] | None = None, **entetes: str
    ) -> ReponseSimulee:
        ports = self.psc.contexte.ports
        port = ports.wallet if self._points[operation].port == "wallet" else ports.royaume
        assert port is not None
        entetes = {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}
        if corps is not None:
            entetes["Content-Type"] = "application/x-www-form-urlencoded"
        requete = RequeteRecue(
            "psc", "GET" if corps is None else "POST", cible, "1.1", tuple(entetes.items()), port, "essai",
            datetime.now(UTC), None, corps=CorpsMemoire(urlencode(corps or {}).encode()), operation=operation,
        )  # fmt: skip
        return self.psc.servir(self._points[operation], requete)

    def _serveur(self, operation: str, corps: dict[str, str]) -> ReponseSimulee:
        basic = base64.b64encode(f"lps:{self.psc.clients['lps'].secret}".encode()).decode()
        return self._appeler(operation, "/", corps, Authorization=f"Basic {basic}")

    def _lire(self, reponse: ReponseSimulee) -> dict[str, Any]:
        import json

        lu: dict[str, Any] = json.loads(reponse.contenu.octets)
        return lu

    def _retenir(self, jetons: dict[str, Any], famille: _Famille) -> tuple[_Jeton, _Jeton]:
        famille.session.activite = self.maintenant
        acces = _Jeton(jetons["access_token"], famille, self.maintenant + 120)
        rafraichissement = _Jeton(jetons["refresh_token"], famille, self.maintenant + 1800)
        self.connus += [acces, rafraichissement]
        return acces, rafraichissement

    # -- ce qui peut arriver -----------------------------------------------------------------------------------

    @initialize()
    def demarrer(self) -> None:
        """Rien d'ouvert."""
        assert self.psc.sessions.toutes() == ()

    @rule(target=codes, personne=st.sampled_from([UN, DEUX]))
    def connexion(self, personne: str) -> _Code:
        """Une connexion de plus."""
        return self.se_connecter(personne)

    def se_connecter(self, personne: str) -> _Code:
        """Une personne, dans un navigateur neuf."""
        self.psc.repondre("prochaine", identifiant=personne)
        demande = {
            "response_type": "code", "client_id": "lps", "redirect_uri": RETOUR, "scope": "openid scope_all",
            "acr_values": "eidas1", "state": str(next(self._numeros)),
        }  # fmt: skip
        ouverture = dict(self._appeler("autorisation", "/auth?" + urlencode(demande)).entetes)
        cookie = ouverture["Set-Cookie"].partition(";")[0]
        retour = self._appeler("mire", urlsplit(ouverture["Location"]).path, Cookie=cookie)
        lus = parse_qs(urlsplit(dict(retour.entetes)["Location"]).query)
        assert lus["state"] == [demande["state"]]
        session = _Session(personne, self.maintenant, self.maintenant)
        self.sessions.append(session)
        return _Code(lus["code"][0], _Famille(session), self.maintenant)

    @rule(code=codes)
    def echanger(self, code: _Code) -> None:
        """Une première fois, ou un rejeu qui révoque tout."""
        corps = {"grant_type": "authorization_code", "code": code.valeur, "redirect_uri": RETOUR}
        reponse = self._serveur("jeton", corps)
        bon = not code.utilise and self.maintenant < code.emis + 60 and code.famille.session.vit(self.maintenant)
        assert (reponse.statut == 200) is bon, reponse.contenu.octets
        if bon:
            code.utilise = True
            code.donnes += self._retenir(self._lire(reponse), code.famille)
        elif code.utilise:
            code.famille.revoquee = True

    @rule(target=rafraichissements, code=codes)
    def garder_rafraichissement(self, code: _Code) -> _Jeton:
        """Ce qu'un logiciel a gardé d'un code échangé (ou un jeton qui n'a jamais existé)."""
        return code.donnes[1] if code.donnes else _Jeton("jamais-émis", code.famille, 0)

    @rule(jeton=rafraichissements)
    def rafraichir(self, jeton: _Jeton) -> None:
        """Autant de fois qu'il vaut : la rotation n'est pas stricte."""
        reponse = self._serveur("jeton", {"grant_type": "refresh_token", "refresh_token": jeton.valeur})
        assert (reponse.statut == 200) is jeton.vaut(self.maintenant), reponse.contenu.octets
        if reponse.statut == 200:
            self._retenir(self._lire(reponse), jeton.famille)

    @rule(jeton=rafraichissements)
    def revoquer(self, jeton: _Jeton) -> None:
        """Le logiciel rend son jeton de rafraîchissement : toute la famille tombe."""
        assert self._serveur("revocation", {"token": jeton.valeur}).statut == 200
        if jeton.expire:
            jeton.famille.revoquee = True

    @rule(secondes=st.sampled_from([1, 30, 59, 60, 119, 120, 600, 1799, 1800, 7200]))
    def laisser_passer(self, secondes: int) -> None:
        """Le temps passe."""
        self.psc.horloge.avancer(timedelta(seconds=secondes))

    @rule(
        personne=st.sampled_from([UN, DEUX]),
        attente=st.sampled_from([59, 60]),
        ensuite=st.sampled_from([119, 120, 1799, 1800]),
    )
    def aux_bords(self, personne: str, attente: int, ensuite: int) -> None:
        """Un code échangé à la dernière seconde ou juste trop tard, puis des jetons regardés au bord de leur vie."""
        code = self.se_connecter(personne)
        self.laisser_passer(attente)
        self.echanger(code)
        self.laisser_passer(ensuite)
        if code.donnes:
            self.rafraichir(code.donnes[1])

    @rule(personne=st.sampled_from([UN, DEUX]))
    def finir_ailleurs(self, personne: str) -> None:
        """Toutes les sessions de cette personne finissent."""
        siennes = [session for session in self.sessions if session.personne == personne]
        if siennes:
            finies = self.psc.sessions.terminer(personne)
            assert len(finies) == sum(session.vit(self.maintenant) for session in siennes)
        for session in siennes:
            session.finie = True

    # -- ce qui doit toujours être vrai ------------------------------------------------------------------------

    @invariant()
    def memes_jetons_vivants(self) -> None:
        """Le fournisseur et le modèle sont d'accord sur chaque jeton, par la vérification et par l'introspection."""
        for jeton in self.connus[-12:]:
            attendu = jeton.vaut(self.maintenant)
            actif = self._lire(self._serveur("introspection", {"token": jeton.valeur}))["active"]
            assert actif is attendu
            if not jeton.valeur.startswith("rt-"):
                assert self._verifie(jeton) is attendu

    @invariant()
    def memes_sessions_ouvertes(self) -> None:
        """Autant de sessions ouvertes que le modèle en compte."""
        for personne in (UN, DEUX):
            vivantes = sum(s.vit(self.maintenant) for s in self.sessions if s.personne == personne)
            assert len(self.psc.sessions.ouvertes(personne)) == vivantes

    def _verifie(self, jeton: _Jeton) -> bool:
        try:
            lu = self.psc.verifier(jeton.valeur)
        except JetonRefuse as refus:
            assert refus.etat in ("expire", "revoque") and refus.identifiant == jeton.famille.session.personne
            return False
        return lu.identifiant == jeton.famille.session.personne


TestVieDesJetons = VieDesJetons.TestCase
TestVieDesJetons.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
