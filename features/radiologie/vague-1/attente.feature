# language: fr
Fonctionnalité: Comptes rendus d'imagerie qui attendent d'être validés
  Un compte rendu qui attend l'avis d'un autre radiologue est provisoire ; les provisoires et les non validés se passent en
  revue, et ceux qui tardent se rappellent à l'utilisateur.

  # Les vidéos restent à joindre.

  @CRI/va1.04.01
  Scénario: Un compte rendu qui attend un second avis reste provisoire jusqu'à sa validation
    # « clair », validé d'emblée, montre un autre statut et clôt l'observation ; un second radiologue valide le provisoire.
    Étant donné un patient « Ambroise » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un DMP ouvert au patient « Ambroise »
    Et l'envoi automatique par MSSanté aux patients
    Quand le professionnel enregistre ces comptes rendus
      | compte rendu | patient  | statut     |
      | à relire     | Ambroise | provisoire |
      | clair        | Ambroise | validé     |
    Alors le compte rendu « clair » est dans le DMP, visible de tous
    Et le compte rendu « clair » est arrivé de lui-même au patient
    Et le compte rendu « clair », rouvert, est montré validé
    Et le compte rendu « à relire », rouvert, est montré provisoire
    Et le compte rendu provisoire « à relire » n'est parti ni au DMP, ni par MSSanté
    Quand un autre professionnel valide le compte rendu en attente « à relire »
    Alors le compte rendu « à relire » est dans le DMP, visible de tous
    Et le compte rendu « à relire », rouvert, est montré validé

  @CRI/va1.05.01
  Scénario: Les comptes rendus provisoires et non validés d'une période se passent en revue
    # Trois périodes : tout, un mois passé, un mois vide. Tous sont rédigés ce jour : une revue qui suit la date de rédaction
    # montre les mêmes dans la première, aucun dans les autres.
    Étant donné un patient « Béatrix » dont le statut est « identité qualifiée »
    Et un patient « Corentin » dont le statut est « identité qualifiée »
    Quand le professionnel enregistre ces comptes rendus
      | compte rendu | patient  | statut     | date de l'acte   |
      | scanner      | Béatrix  | provisoire | 06/02/2024 09:20 |
      | échographie  | Corentin | non validé | 14/02/2024 15:05 |
      | radiographie | Corentin | provisoire | 17/10/2023 11:40 |
      | IRM          | Béatrix  | validé     | 09/02/2024 08:30 |
    Alors la revue de la période du 01/10/2023 à ce jour montre les comptes rendus en attente, et aucun validé
    Et la revue de la période du 01/02/2024 au 29/02/2024 montre « scanner » et « échographie », et eux seuls
    Et la revue de la période du 01/03/2019 au 31/03/2019 n'en montre aucun

  @CRI/va1.06.01
  Scénario: L'utilisateur est notifié des comptes rendus restés en attente au-delà du délai réglé
    # Trois jours, puis trois autres, pour un délai de cinq : ni au début, ni pour celui de trois jours, ni pour le validé.
    Étant donné un patient « Delphine » dont le statut est « identité qualifiée »
    Et un patient « Evrard » dont le statut est « identité qualifiée »
    Et la notification des comptes rendus en attente depuis plus de 5 jours
    Quand le professionnel enregistre ces comptes rendus
      | compte rendu | patient  | statut     |
      | scanner      | Delphine | provisoire |
      | IRM          | Evrard   | non validé |
      | échographie  | Evrard   | provisoire |
    Et 3 jours passent
    Et le professionnel relève ses notifications, le délai n'étant pas passé
    Et le professionnel enregistre ces comptes rendus
      | compte rendu | patient  | statut     |
      | mammographie | Delphine | provisoire |
    Et un autre professionnel valide le compte rendu en attente « échographie »
    Et 3 jours passent
    Alors le professionnel est notifié des comptes rendus « scanner » et « IRM », restés en attente
    Et il n'avait pas été notifié de « scanner », ni de « IRM », avant que le délai soit passé
    Et il n'est notifié ni du compte rendu « mammographie », encore dans le délai, ni de « échographie », validé
